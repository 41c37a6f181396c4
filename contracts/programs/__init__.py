"""Programs of others that read by token: which, what and until when; and contracts for them."""
