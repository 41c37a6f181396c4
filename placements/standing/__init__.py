"""How contracts stand: what was done of what is owed, what is heard of them, and that in words."""
