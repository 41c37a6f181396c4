"""The demonstration: invented data, and what keeps it on this machine."""
