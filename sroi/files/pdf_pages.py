"""Draw the pages of a PDF as pictures. Run as a process of its own, with limits, since a PDF can be
made to hurt.

    python pdf_pages.py FOLDER MAX_PAGES < file.pdf

Writes FOLDER/1.webp, 2.webp, …; ends with 3 where the file is broken or protected by a password.
"""

import sys
from pathlib import Path

LONGEST_SIDE = 1600
POINTS = 72
USUAL_DPI = 130


def draw(data: bytes, folder: Path, most: int) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    for i in range(min(len(document), most)):
        page = document[i]
        longest = max(page.get_size()) or 1
        scale = min(USUAL_DPI / POINTS, LONGEST_SIDE / longest)
        page.render(scale=scale).to_pil().convert("RGB").save(folder / f"{i + 1}.webp", quality=70)


if __name__ == "__main__":
    try:
        draw(sys.stdin.buffer.read(), Path(sys.argv[1]), int(sys.argv[2]))
    except Exception as fault:
        print(type(fault).__name__, file=sys.stderr)
        sys.exit(3)
