"""Whose work a contract is now, and from when it stands on a work list again."""
