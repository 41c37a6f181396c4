"""Samples: accepted fulfilments that are drawn to be checked once more."""
