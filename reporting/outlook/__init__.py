"""What lies ahead, and what the work costs: team, scenario, and what running contracts promise."""
