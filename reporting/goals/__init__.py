"""What a region aims at, with the policy page on which it stands."""
