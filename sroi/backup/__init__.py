"""A backup of everything that is kept, in one file, and putting it back in an empty place."""
