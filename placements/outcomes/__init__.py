"""What became of people after a placement: when it is asked, and the answer."""
