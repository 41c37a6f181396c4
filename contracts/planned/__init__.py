"""Tenders that are planned: which have no advice yet, and the plan beside what was awarded."""
