"""The dossier of a contract: notes, contact persons, documents."""
