"""What the region did in a year: the figures, what each sums, and the words for them."""
