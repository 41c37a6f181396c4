"""What is said about a claim: questions with their answers, and that a contractor disagrees."""
