"""The pages on which fulfilments are recorded."""
