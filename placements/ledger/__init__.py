"""The ledger of fulfilments: the one function that posts, what proves it, and what it would say
today.
"""
