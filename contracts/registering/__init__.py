"""Registering a contract: the draft, its terms, and what it will owe."""
