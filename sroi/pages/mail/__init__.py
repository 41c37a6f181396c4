"""What people are told by mail: what happened, and the overview of what waits."""
