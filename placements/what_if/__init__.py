"""What if another valuation table had held: the accepted work of a year under it, beside what was
credited; nothing is posted.
"""
