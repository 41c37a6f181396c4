"""What is kept about users ends: by which terms, what is erased, and the list that a restore reads."""
