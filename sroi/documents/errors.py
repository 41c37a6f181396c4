"""What goes wrong when a document is made."""


class DocumentError(Exception):
    """The document cannot be made accessible as it is: a language, title, text alternative or file
    is missing.
    """
