"""Accounts of people: signing in, second factor, what is noted of both."""
