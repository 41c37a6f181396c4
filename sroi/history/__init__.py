"""What happened to a record: versions that are kept, and what changed in each."""
