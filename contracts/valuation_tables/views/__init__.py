"""The pages about valuation tables."""
