"""What keeps the server running: worker, mail, counters, logs, and whether all is well."""
