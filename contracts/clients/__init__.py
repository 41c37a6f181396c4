"""Who commissions in a region: municipalities and other clients, what they are called, and how they
join and end.
"""
