"""Letters on paper: how those of a region look, who signs, and how one becomes PDF and Word."""
