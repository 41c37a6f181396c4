"""The council notice and the progress report: what they say, from figures that are computed
elsewhere.
"""
