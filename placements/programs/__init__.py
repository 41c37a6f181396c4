"""What programs read of fulfilments: how contracts stand, and the lines of what counted."""
