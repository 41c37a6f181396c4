"""The notice as files: HTML, PDF and Word, workbook, data."""
