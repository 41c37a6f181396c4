"""A release by one command: `make release VERSION=0.1.0`."""
