"""How fast every page of every role is, and what else QUALITY asks of speed: `make bench`."""
