"""How a page becomes a document: a PDF that is PDF/A-2a (to archive) and PDF/UA-1 (for everyone) at
once, or Word.
"""

from sroi.documents.conversion import word_from
from sroi.documents.pdf import DocumentError, render_pdf
from sroi.documents.word import DOCX, WordDocument

__all__ = ["DOCX", "DocumentError", "WordDocument", "render_pdf", "word_from"]
