"""What is behind a figure: its lines, for who may see them."""
