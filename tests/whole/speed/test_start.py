"""What the start of a command may not load: libraries that only some pages and files need."""

import os
import subprocess
import sys

from django.conf import settings

# Each is loaded by the function that works with it.
WHERE_USED = (
    "PIL",
    "docx",
    "filetype",
    "fontTools",
    "lxml",
    "markdown_it",
    "polib",
    "pypdfium2",
    "python_calamine",
    "qrcode",
    "resvg_py",
    "weasyprint",
    "xlsxwriter",
)
CHECKED = """
import sys
import django
from django.core.management import call_command
django.setup()
call_command("check")
print(*sorted(name.partition(".")[0] for name in sys.modules))
"""


def test_what_only_some_files_need_is_loaded_where_it_is_used():
    done = subprocess.run(
        [sys.executable, "-c", CHECKED],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "sroi.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(done.stdout.split())
    assert {"placements", "reporting"} <= loaded
    assert loaded.isdisjoint(WHERE_USED), sorted(loaded & set(WHERE_USED))
