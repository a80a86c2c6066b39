"""Is it better: photos and what becomes of them, measured."""
