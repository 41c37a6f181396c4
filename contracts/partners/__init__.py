"""Partners of a region: organisations with needs or people, let in by staff or by their asking."""
