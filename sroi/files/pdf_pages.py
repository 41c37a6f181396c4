"""Draw the pages of a PDF. Run as a process of its own, with limits, since a PDF can be made to
hurt.

    python pdf_pages.py FOLDER PICTURES PAGES BYTES SECONDS < file.pdf

Writes the first so many pages as pictures, FOLDER/1.webp, 2.webp, …, and all of them as
FOLDER/drawn.pdf: what can be seen and nothing else, so no text, form, script, attachment or word
about who made it. With 0 PAGES that file is not made; ends with 4 where there are more than PAGES,
and with 3 where the file is broken or protected by a password. BYTES of memory and SECONDS of the
processor are the most that it may take.
"""

import io
import resource
import sys
from pathlib import Path
from typing import Any

DRAWN = "drawn.pdf"
TOO_MANY, BROKEN = 4, 3
# 150 dots per inch: small print stays legible on screen and on paper. Of a larger sheet than A3
# the longest side bounds it.
POINTS = 72
USUAL_DPI = 150
LONGEST_SIDE = 2500
PICTURE_QUALITY, PAGE_QUALITY = 70, 70
# How long is sought for a smaller file: hardly, somebody waits for it.
EFFORT = 1


class TooMany(Exception):
    """More pages than may be drawn."""


def draw(data: bytes, folder: Path, pictures: int, pages: int) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    if pages and len(document) > pages:
        raise TooMany
    # What is filled in in a form is only drawn after this.
    document.init_forms()
    drawn = pypdfium2.PdfDocument.new()
    for i in range(len(document) if pages else min(len(document), pictures)):
        page = document[i]
        width, height = page.get_size()
        scale = min(USUAL_DPI / POINTS, LONGEST_SIDE / (max(width, height) or 1))
        picture = page.render(scale=scale).to_pil().convert("RGB")
        page.close()
        if i < pictures:
            picture.save(folder / f"{i + 1}.webp", quality=PICTURE_QUALITY, method=EFFORT)
        if pages:
            add_page(drawn, picture, width, height)
    if pages:
        drawn.save(folder / DRAWN)


def add_page(drawn: Any, picture: Any, width: float, height: float) -> None:
    """A page of the same size in points, with this picture over all of it."""
    import pypdfium2

    written = io.BytesIO()
    picture.save(written, "JPEG", quality=PAGE_QUALITY)
    written.seek(0)
    image = pypdfium2.PdfImage.new(drawn)
    image.load_jpeg(written, inline=True)
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    page = drawn.new_page(width, height)
    page.insert_obj(image)
    page.gen_content()
    page.close()


if __name__ == "__main__":
    folder, *numbers = sys.argv[1:]
    pictures, pages, most_bytes, seconds = map(int, numbers)
    # By itself, before anything is read: a server with threads cannot do this between two.
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        draw(sys.stdin.buffer.read(), Path(folder), pictures, pages)
    except TooMany:
        sys.exit(TOO_MANY)
    except Exception as fault:
        print(type(fault).__name__, file=sys.stderr)
        sys.exit(BROKEN)
