"""Judging what was submitted: what stands out, and the answer."""
