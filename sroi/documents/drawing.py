"""A drawing as a picture, for what cannot show SVG. Only our own fonts and the drawing itself are
read.
"""

from sroi.documents.fonts import font_files

# Dots across: sharp on paper at the width of a page.
WIDTH = 1600


def png_of(svg: str, width: int = WIDTH) -> bytes:
    """The drawing on white; the same drawing gives the same bytes."""
    # The library takes a while to import: only who makes a picture waits for it.
    import resvg_py

    _folder, files = font_files()
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            background="#ffffff",
            width=width,
            skip_system_fonts=True,
            font_files=files,
            font_family="Register Sans",
        )
    )
