"""The page with every component is a tool of who builds: it draws them all, and the product has no
such page.
"""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.tools.style import page as style


@pytest.mark.django_db
def test_it_draws_every_component(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.tools.style.page"
    folder = settings.BASE_DIR / "tests" / "tools" / "style" / "templates"
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], folder]}
    ]
    page = Client().get("/stijl/").content.decode()
    assert all(f'id="{anchor}"' in page for anchor, _label in style.SECTIONS)


def test_the_product_has_no_such_page() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("style", urlconf=settings.ROOT_URLCONF)
