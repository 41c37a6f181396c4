"""Whoever sees something about a person placed leaves a row in the log, whichever page shows it."""

from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import get_resolver, resolve, reverse
from django.utils.html import format_html

from placements.models import Evidence, FulfilmentVersion
from sroi.access import May, Role
from sroi.access.personal import Personal, watching
from sroi.access.roles import who_may
from sroi.accounts.log_words import PAGES as WORDS
from sroi.accounts.models import AuditEvent, AuditKind
from tests.whole.test_access import (
    FOREIGN_PERSON,
    PAGES,
    PERSON,
    SIGNED_IN,
    SLOW,
    World,
    as_role,
)

pytestmark = pytest.mark.django_db
KINDS = (AuditKind.LOOKED, AuditKind.EXPORTED)


def rows() -> int:
    return AuditEvent.objects.filter(kind__in=KINDS).count()


def asked(client: Client, world: World, role: str) -> Any:
    """Each answer that this role can get, with its address."""
    pages = [(n, page) for n, page in PAGES.items() if role in page.roles and n not in SLOW]
    urls = [(reverse(n, kwargs=world.own[p.of] if p.of else {}), p) for n, p in pages]
    for url, page in urls:
        if page.method == "get":
            yield url, lambda url=url: client.get(url)
    # Only then what changes the world.
    for url, page in urls:
        if "post" in (page.method, *page.also):
            yield url, lambda url=url: client.post(url, {"ref": PERSON})


@pytest.mark.parametrize("role", SIGNED_IN)
def test_every_page_that_shows_a_person_leaves_one_row(world: World, role: str) -> None:
    client, showed = as_role(world, role), set()
    for url, ask in asked(client, world, role):
        before = rows()
        answer = ask()
        text = answer.getvalue().decode("utf-8", "replace")
        if answer.status_code in (200, 422) and (PERSON in text or FOREIGN_PERSON in text):
            showed.add(resolve(url).url_name)
            assert rows() == before + 1, url
            last = AuditEvent.objects.first()
            assert resolve(last.path).url_name in WORDS, "it has no words in the log"
            assert (last.user, last.path) == (world.users[role], url)
    sees = role in who_may(May.SEE_PERSONS)
    assert ({"fulfilment-detail", "fulfilment-check", "fulfilment-details"} <= showed) is sees
    assert bool(showed) is sees


@pytest.mark.parametrize("role", [Role.ADVISER, Role.CONTRACTOR])
@pytest.mark.parametrize(
    ("name", "kind"), [("evidence-file", AuditKind.EXPORTED), ("evidence-page", AuditKind.LOOKED)]
)
def test_every_look_at_a_file_of_evidence_leaves_one_row(
    world: World, role: str, name: str, kind: str
) -> None:
    evidence = Evidence.objects.get(pk=world.own["evidence"]["pk"])
    page = world.own["evidence" if name == "evidence-file" else "evidence_page"]
    assert as_role(world, role).get(reverse(name, kwargs=page)).status_code == 200
    assert AuditEvent.objects.filter(kind__in=KINDS).values_list("kind", flat=True).get() == kind
    assert evidence.file


def test_every_address_that_hands_out_evidence_is_known() -> None:
    """A new one has to be walked above. A list of what was seen hands out none."""
    known = {"evidence-file", "evidence-page", "evidence-remove", "evidence-erase"}
    known |= {"evidence-seen-file"}
    named = {str(key) for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert {name for name in named if name.startswith("evidence-")} == known


class TestPersonal:
    @pytest.mark.parametrize(
        "write",
        [
            str,
            "{}".format,
            "{:>5}".format,
            lambda value: f"{value}",
            lambda value: "%s" % value,  # noqa: UP031
            lambda value: format_html("<b>{}</b>", value),
            lambda value: Template("{{ v }}").render(Context({"v": value})),
            lambda value: Template("{{ v|default:'-' }}").render(Context({"v": value})),
            lambda value: Template("{{ v|truncatechars:9 }}").render(Context({"v": value})),
        ],
    )
    def test_writing_it_out_is_a_look(self, write: Any) -> None:
        with watching() as looks:
            assert "Jo" in write(Personal("Jo"))
        assert looks.any

    def test_comparing_it_is_none(self) -> None:
        with watching() as looks:
            assert Personal("Jo") == "Jo"
            assert Personal("Jo") in {"Jo"}
            assert sorted([Personal("b"), Personal("a")]) == ["a", "b"]
        assert not looks.any

    def test_it_is_escaped_as_any_text(self) -> None:
        shown = Template("{{ v }}").render(Context({"v": Personal("<b>")}))
        assert shown == "&lt;b&gt;"

    def test_it_comes_from_the_database_and_goes_back_as_a_text(self, world: World) -> None:
        found = FulfilmentVersion.objects.filter(candidate_ref=Personal(PERSON)).get()
        assert type(found.candidate_ref) is Personal
        found.save()
        found.refresh_from_db()
        assert found.candidate_ref == PERSON
