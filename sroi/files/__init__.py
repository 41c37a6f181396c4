"""Files that people send: judged by their content, kept apart, and handed out."""
