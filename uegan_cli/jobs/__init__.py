"""Many photos: which are meant, where their results go, and how they are enhanced, on one machine or many."""
