"""Files that are sent to be brought in: looked into, their columns matched, brought in by the
worker.
"""
