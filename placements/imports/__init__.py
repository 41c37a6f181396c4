"""Bringing in fulfilments from a file."""
