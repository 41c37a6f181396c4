"""A register of any size, loaded in bulk, whose ledgers hold."""
