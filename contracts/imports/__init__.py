"""Bringing in contracts and changes from a file."""
