"""Our own fonts, as programs want them that cannot read a web font."""

import tempfile
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.contrib.staticfiles import finders

NAMES = tuple(
    f"fonts/register-sans-{weight}.woff2" for weight in ("400", "400-italic", "600", "700")
)


@lru_cache(maxsize=8)
def unpacked(path: Path, changed: int) -> bytes:
    """A web font unpacked; that takes as long as a page, so it is done once per process."""
    from fontTools.ttLib.woff2 import decompress  # type: ignore[import-untyped]

    found = BytesIO()
    decompress(BytesIO(path.read_bytes()), found)
    return found.getvalue()


@lru_cache(maxsize=1)
def font_files() -> tuple[tempfile.TemporaryDirectory[str], list[str]]:
    """The fonts as files, in a folder that goes when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="sroi-fonts-")
    files = []
    for name in NAMES:
        path = Path(str(finders.find(name)))
        file = Path(folder.name) / f"{path.stem}.ttf"
        file.write_bytes(unpacked(path, path.stat().st_mtime_ns))
        files.append(str(file))
    return folder, files
