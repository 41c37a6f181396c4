"""Short stories in the report of a region: with a picture, and with somebody's consent on file."""
