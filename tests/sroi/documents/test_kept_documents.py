"""Documents that anybody may fetch are made once, by the worker: a crowd that asks for them holds
nobody up.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult

from reporting.adoption import door as adoption
from reporting.models import AnnualReport, FrozenFile
from sroi.documents.models import Asked, KeptDocument
from sroi.pages.help import guide as contractor_guide
from tests import factories as make
from tests.reporting.adoption.test_adoption import NOW, act
from tests.sroi.server.test_background import in_the_background

__all__ = ["in_the_background"]
pytestmark = pytest.mark.django_db(transaction=True)
GUIDE = "/hulp/handleiding-opdrachtnemer.pdf"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def published(in_the_background: None) -> AnnualReport:
    """With no file made yet, and nothing waiting."""
    region = make.make_region()
    make.make_purchase(make.make_contract(region, make.make_contractor()))
    adoption.propose(region, 2024, act())
    adoption.finalise(region, 2024, act())
    report = adoption.publish(region, 2024, act())
    DBTaskResult.objects.all().delete()
    return report


def pdf_of(report: AnnualReport) -> str:
    return f"/jaarverslag/{report.region.code}/2024/pdf/"


def crowd(path: str, many: int = 8) -> list[int]:
    """The answers to so many strangers at once."""

    def ask(_number: int) -> int:
        try:
            return Client().get(path).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(ask, range(many)))


def in_english() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


# --- The guide for contractors --------------------------------------------------------------------


def test_a_crowd_that_asks_for_the_guide_has_it_made_once(in_the_background: None) -> None:
    assert crowd(GUIDE) == [503] * 8
    assert DBTaskResult.objects.count() == 1
    call_command("run_tasks", once=True)
    answers = [Client().get(GUIDE) for _n in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0]["Content-Type"] == "application/pdf"
    assert answers[0].content == answers[1].content
    assert answers[0].content.startswith(b"%PDF")
    assert DBTaskResult.objects.count() == 1
    assert not Asked.objects.exists()


def test_who_has_to_wait_reads_so_and_sees_when_it_is_there(in_the_background: None) -> None:
    answer = Client().get(GUIDE)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    page = answer.content.decode()
    assert "Dit document wordt gemaakt" in page
    assert f'hx-get="{GUIDE}"' in page
    assert f'href="{GUIDE}"' in page
    again = Client().get(GUIDE, headers={"HX-Request": "true"})
    assert (again.status_code, "Het document is klaar" in again.content.decode()) == (200, False)
    call_command("run_tasks", once=True)
    ready = Client().get(GUIDE, headers={"HX-Request": "true"}).content.decode()
    assert "Het document is klaar" in ready
    assert "hx-get" not in ready
    assert "This document is being made" in in_english().get(GUIDE).content.decode()


def test_what_was_asked_for_in_vain_is_asked_for_again(
    in_the_background: None, settings: Any
) -> None:
    crowd(GUIDE)
    DBTaskResult.objects.all().delete()
    crowd(GUIDE)
    assert not DBTaskResult.objects.exists()
    later = timedelta(minutes=settings.DOCUMENT_ASK_AGAIN_MINUTES, seconds=1)
    with time_machine.travel(NOW + later, tick=True):
        crowd(GUIDE)
    assert DBTaskResult.objects.count() == 1


def test_another_release_makes_its_own_and_keeps_no_other(in_the_background: None) -> None:
    KeptDocument.objects.create(
        name=contractor_guide.NAME,
        language="nl",
        made_of="an earlier release",
        content=b"old",
        made_at=NOW,
    )
    assert Client().get(GUIDE).status_code == 503
    call_command("run_tasks", once=True)
    assert Client().get(GUIDE).content.startswith(b"%PDF")
    assert KeptDocument.objects.count() == 1


def test_the_guide_is_there_for_the_first_visitor(in_the_background: None) -> None:
    call_command("make_documents")
    made = {row.language: bytes(row.content) for row in KeptDocument.objects.all()}
    assert {"nl": Client().get(GUIDE).content, "en": in_english().get(GUIDE).content} == made
    call_command("make_documents")
    assert {row.language: bytes(row.content) for row in KeptDocument.objects.all()} == made
    assert not DBTaskResult.objects.exists()


def test_without_a_worker_it_is_made_at_once() -> None:
    assert Client().get(GUIDE).content.startswith(b"%PDF")


# --- A published report ---------------------------------------------------------------------------


def test_a_crowd_that_asks_for_a_published_report_has_it_made_once(published: AnnualReport) -> None:
    path = pdf_of(published)
    assert crowd(path) == [503] * 8
    assert DBTaskResult.objects.count() == 1
    assert not FrozenFile.objects.exists()
    call_command("run_tasks", once=True)
    assert Client().get(path).content == bytes(FrozenFile.objects.get().content)


def test_the_worker_makes_all_files_at_publication(in_the_background: None) -> None:
    region = make.make_region()
    make.make_purchase(make.make_contract(region, make.make_contractor()))
    adoption.propose(region, 2024, act())
    adoption.finalise(region, 2024, act())
    admin = Client()
    admin.force_login(make.make_user("region_admin", region))
    assert admin.post(f"/jaarverslag/{region.code}/2024/publiceren/").status_code == 302
    call_command("run_tasks", once=True)
    assert FrozenFile.objects.filter(format="pdf").count() == 1 + region.municipalities.count()
    waiting: Callable[[], int] = DBTaskResult.objects.count
    before = waiting()
    assert Client().get(f"/jaarverslag/{region.code}/2024/pdf/").status_code == 200
    assert waiting() == before
