"""The tables and charts of the notice."""
