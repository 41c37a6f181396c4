"""What happened to a record: versions that are kept, and events that others hear of."""
