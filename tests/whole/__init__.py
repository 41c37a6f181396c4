"""What holds for the whole: every page for every role, every form, every list, the repository
itself.
"""
