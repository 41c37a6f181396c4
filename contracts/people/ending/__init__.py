"""What ends by itself of who works here: invitations, roles of who stays away, accounts."""
