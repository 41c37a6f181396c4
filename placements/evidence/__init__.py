"""Evidence with a fulfilment: kept, only seen, erased."""
