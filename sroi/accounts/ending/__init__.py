"""What is kept about users ends: terms, what is erased, and the list that a restore reads."""
