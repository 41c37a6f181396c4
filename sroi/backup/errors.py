class Unusable(Exception):
    """This cannot be done with this file or in this place; the sentence says why and what to do."""
