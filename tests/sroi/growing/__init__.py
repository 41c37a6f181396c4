"""Past one machine: with a pooler, a replica and a store of files that are real, and several of
everything.
"""
