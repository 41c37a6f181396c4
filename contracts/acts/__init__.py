"""What is done to a running contract: extended, changed, shared otherwise, ended; proposed or done
at once.
"""
