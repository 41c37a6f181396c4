"""Do the contracts that should owe something owe it? What is expected, with the list to look at."""
