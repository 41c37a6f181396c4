"""The roof: pages and mails that combine two apps or more, and the frame around every page."""
