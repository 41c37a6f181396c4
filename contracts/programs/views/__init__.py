"""The pages about programs, and what programs read."""
