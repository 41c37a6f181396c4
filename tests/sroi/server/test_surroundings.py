"""When the surroundings fail: a disk that is gone, a database that cannot be written. A message,
and no half state.
"""

from pathlib import Path
from typing import Any

import pytest
from django.db import InternalError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from contracts.models import ContractNote
from placements.models import Evidence
from sroi.access import Role
from tests import factories as make
from tests.placements.evidence.test_evidence import add, photo

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def assert_says_so(answer: Any) -> None:
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "De laatste stap is niet uitgevoerd" in answer.content.decode()


def test_a_folder_of_evidence_that_is_gone_is_said_and_nothing_is_kept(
    settings: Any, tmp_path: Path
) -> None:
    region, firm = make.make_region(), make.make_contractor()
    person = make.make_user(Role.CONTRACTOR, region, contractor=firm)
    draft = make.make_purchase(make.make_contract(region, firm), state="draft")
    gone = tmp_path / "a file, no folder"
    gone.write_text("")
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": str(gone / "evidence")}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}
    client = signed_in(person)
    assert_says_so(add(client, draft, photo()))
    assert not Evidence.objects.exists()
    evidence["OPTIONS"]["location"] = str(tmp_path / "evidence")
    settings.STORAGES = {**settings.STORAGES, "evidence": dict(evidence)}
    assert add(client, draft, photo()).status_code == 302


def test_a_database_that_cannot_be_written_is_said_and_nothing_is_half_done() -> None:
    region, firm = make.make_region(), make.make_contractor()
    contract = make.make_contract(region, firm)
    client = signed_in(make.make_user(Role.ADVISER, region))
    page, note = (
        reverse("contract-detail", args=[contract.pk]),
        reverse("note-new", args=[contract.pk]),
    )
    client.get(page)
    session = client.session
    session["changed"] = True
    read_only, again = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": (
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(read_only)
        try:
            assert_says_so(
                client.post(note, {"kind": "note", "text": "Gebeld", "day": "2024-05-01"})
            )
            assert client.get(page).status_code == 200
            # Nor is it called a fault of who asks, where only their session would be written.
            with pytest.raises((OperationalError, InternalError)):
                session.save()
        finally:
            cursor.execute(again)
    assert not ContractNote.objects.exists()
