"""A region as a whole: out as open files that say what they are, and into an empty place."""
