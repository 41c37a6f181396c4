"""Words that a region or a municipality writes itself in its notice."""
