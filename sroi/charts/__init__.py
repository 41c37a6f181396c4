"""Charts as SVG: one drawing for the web page and for the PDF."""
