"""Help with the database: many rows in batches, many values as one, tables counted for the
planner.
"""
