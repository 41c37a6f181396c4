"""What is claimed in a fulfilment, what a block asks of it, and what it is worth, step by step."""
