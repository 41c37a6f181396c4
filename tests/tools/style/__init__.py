"""The living style page, for who builds: `make style`."""
