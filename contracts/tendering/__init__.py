"""Help with a tender: is social return fitting, how much, and the text for it."""
