"""Statements for a contractor: what was accepted in a year under a contract, with a code to try."""
