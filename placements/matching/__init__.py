"""Places, needs and matches: what fits what and why, and the way from a proposal to a claim."""
