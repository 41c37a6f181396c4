"""Action plans: what a contractor means to do per quarter, and by when something is expected."""
