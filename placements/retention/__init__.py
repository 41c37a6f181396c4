"""What is kept about people for how long, and erasing it on time."""
