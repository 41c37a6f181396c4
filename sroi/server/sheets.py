"""Style sheets lie by subject and are served as one: what a sheet imports stands in its place."""

import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\);')


def joined(sheet: str, read: Callable[[str], str]) -> str:
    """A sheet with those that it imports, which lie beside it; `read` gives one by its name."""
    return IMPORT.sub(lambda found: read(found[1]), sheet)


class OneSheetStorage(CompressedManifestStaticFilesStorage):
    """With `collectstatic`, so that a page asks for one sheet."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        def read(name: str) -> str:
            storage, path = paths[name]
            with storage.open(path) as file:
                return str(file.read().decode())

        for name in [name for name in paths if name.endswith(".css") and not dry_run]:
            folder, sheet = posixpath.dirname(name), read(name)
            if IMPORT.search(sheet):
                whole = joined(
                    sheet,
                    lambda part, folder=folder: read(posixpath.join(folder, part)),  # type: ignore[misc]
                )
                Path(self.path(name)).write_text(whole)
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)
