"""The settings of `make style`: those of the product, with one page more and its template."""

from sroi.settings import *  # noqa: F403
from sroi.settings import BASE_DIR, TEMPLATES

ROOT_URLCONF = "tests.tools.style.page"
TEMPLATES[0]["DIRS"].append(BASE_DIR / "tests" / "tools" / "style" / "templates")
