"""The pages of the desk: the board, needs and places, matches."""
