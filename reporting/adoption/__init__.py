"""From draft to adopted, published and revised: the steps of an annual report, and what is
frozen.
"""
