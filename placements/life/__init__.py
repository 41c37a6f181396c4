"""The life of a fulfilment: the one door through which its state moves."""
