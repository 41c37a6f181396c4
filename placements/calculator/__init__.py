"""What an effort would be worth, for everyone, without anything being kept."""
