"""The settings of the product, with a bare page and Django's admin beside it: floors that only the
bench has.
"""

from sroi.settings import *  # noqa: F403
from sroi.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "django.contrib.admin"]
ROOT_URLCONF = "tests.tools.bench.floors"
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
