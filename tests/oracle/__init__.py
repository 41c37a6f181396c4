"""A second, independent calculation of the figures, written from the domain handbook alone, to hold
the application to.

It imports nothing of the application: agreement means something only between two that did not copy.
"""
