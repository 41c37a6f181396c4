"""What programs read of reports: the figures of each year, and final reports, as open data."""
