"""One effort in several regions: what of one's own looks the same elsewhere, and linking it."""
