"""Many photos: which are meant, where their results go, and the work itself, with reading and writing overlapped."""
