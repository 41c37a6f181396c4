"""The text of the notice: standard words per section, and figures filled in where they are
named.
"""
