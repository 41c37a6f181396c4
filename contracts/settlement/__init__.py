"""The end of a contract: fulfilled or not, recovery, penalty, closing letter."""
