"""Photos and methods compared: metrics per photo, distances between photo sets, the user study and the ablation."""
