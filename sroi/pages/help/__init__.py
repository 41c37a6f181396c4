"""Help: how it works for each role, terms, worked examples, the guide for contractors."""
