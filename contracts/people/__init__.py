"""Who works here: invitations, roles, colleagues, signing in elsewhere, and what each is told by
mail.
"""
