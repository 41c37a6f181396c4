"""Tools: looking at pages, timing, a throw-away database, a worker, a crowd."""
