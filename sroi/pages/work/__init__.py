"""What waits for whom: start pages, work list, search, the region in figures, the log."""
