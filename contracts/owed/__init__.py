"""What is owed under contracts: the rules, the ledger of obligations, and the door that posts in
it.
"""
