"""Recording a fulfilment, step by step, and the interim report of what still runs."""
