"""How amounts, numbers and dates are written, in Dutch and in English."""
