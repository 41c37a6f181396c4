"""Valuation tables with their building blocks: loaded, compared, changed by a successor, in
force.
"""
