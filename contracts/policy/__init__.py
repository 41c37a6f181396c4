"""The policy of a region: its terms with their dates of validity, loaded from a file or changed on
a page.
"""
