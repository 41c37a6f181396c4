"""Final means frozen: what was adopted stays as it was, whatever is posted or done at the same
moment.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import translation

from contracts.models import ClosedYear, ObligationLine
from placements.life import door as life
from placements.models import FulfilmentLine, FulfilmentState, FulfilmentVersion
from reporting.adoption import door as adoption
from reporting.adoption.fingerprint import fingerprint
from reporting.adoption.verification import differences
from reporting.figures.annual import figures_of
from reporting.figures.facts import AnnualFigures
from reporting.goals.door import set_goals
from reporting.models import (
    AnnualReport,
    Filing,
    FrozenEdition,
    FrozenFile,
    Goal,
    Revision,
    SectionText,
)
from reporting.notice.editions import assemble
from reporting.notice.freezing import frozen, thawed
from reporting.texts.door import write
from reporting.texts.written import section_of
from sroi.access import Role
from sroi.doors import Act, Refused
from tests import factories as make
from tests.reporting.figures.test_figures import Ledger, month

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 3, 1, 12, tzinfo=ZoneInfo("Europe/Amsterdam"))
TODAY = NOW.date()
ROOT = "/jaarverslag/testregio/2024/"


def act(why: str = "", by: Any = None) -> Act:
    return Act(by=by, at=NOW, today=TODAY, why=why)


@pytest.fixture(autouse=True)
def _today_in_dutch() -> Any:
    with time_machine.travel(NOW, tick=False), translation.override("nl"):
        yield


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    shared = ledger.contract("1200000", "5", shares={ledger.a: 60, ledger.b: 40})
    for number in (1, 2, 3):
        ledger.line(shared, "4321.09", month(2024, number), fte="0.05")
    ledger.line(shared, "2500.50", month(2024, 6), category="social_purchasing", paid="2400.25")
    set_goals(ledger.region, [{"year": 2024, "indicator": "workplaces", "low": 2, "high": 4}])
    return ledger


@pytest.fixture
def final(ledger: Ledger) -> AnnualReport:
    adoption.propose(ledger.region, 2024, act())
    return adoption.finalise(ledger.region, 2024, act())


def signed_in(ledger: Ledger, role: str) -> Client:
    client = Client()
    client.force_login(make.make_user(role, ledger.region))
    return client


def rewrite(
    ledger: Ledger, text: str = "De wijk heet Zuid.", section: str = "communicatie"
) -> None:
    edition = assemble(ledger.region, 2024, None, TODAY)
    row = section_of(edition, section).latest
    write(edition, section, text, seen=row.number if row else 0, everywhere=False, act=act())


def revise(client: Client, reason: str) -> Any:
    """Look at the differences, and make the revision."""
    page = client.get(ROOT + "herzien/").content.decode()
    shown = re.search(r'name="shown" value="(\w+)"', page)
    return client.post(ROOT + "herzien/", {"reason": reason, "shown": shown[1] if shown else ""})


# --- The steps ------------------------------------------------------------------------------------


def test_facts_come_back_as_they_were(ledger: Ledger) -> None:
    facts = figures_of(None, ledger.region, 2024, today=TODAY)
    assert thawed(AnnualFigures, frozen(facts)) == facts


def test_a_report_goes_from_draft_to_proposed_to_final(ledger: Ledger) -> None:
    region = ledger.region
    with pytest.raises(Refused, match="2024"):
        adoption.finalise(region, 2024, act())
    assert adoption.propose(region, 2024, act()).state == "proposed"
    with pytest.raises(Refused):
        adoption.propose(region, 2024, act())
    with pytest.raises(Refused):
        adoption.send_back(region, 2024, act())
    assert adoption.send_back(region, 2024, act("Het doel klopt niet")).state == "draft"
    adoption.propose(region, 2024, act())
    report = adoption.finalise(region, 2024, act())
    assert (report.state, report.last_posting) == (
        "final",
        assemble(region, 2024, None, TODAY).posting,
    )
    for again in (adoption.propose, adoption.finalise):
        with pytest.raises(Refused):
            again(region, 2024, act())
    with pytest.raises(Refused):
        adoption.send_back(region, 2024, act("Toch niet"))
    kinds = list(report.events.values_list("kind", flat=True))
    assert kinds == ["proposed", "sent_back", "proposed", "final"]


def test_a_year_that_runs_is_not_proposed(ledger: Ledger) -> None:
    with pytest.raises(Refused):
        adoption.propose(ledger.region, 2025, act())
    assert not AnnualReport.objects.exists()


def test_what_was_not_looked_at_is_not_made_final(ledger: Ledger) -> None:
    adoption.propose(ledger.region, 2024, act())
    seen = assemble(ledger.region, 2024, None, TODAY).posting
    ledger.line(ledger.contract(), "10", month(2024, 12))
    with pytest.raises(Refused):
        adoption.finalise(ledger.region, 2024, act(), seen=seen)
    assert not ClosedYear.objects.exists()


# --- Frozen ---------------------------------------------------------------------------------------


def test_all_editions_are_kept_with_their_files(final: AnnualReport, ledger: Ledger) -> None:
    adoption.keep_files(final)
    closed = ClosedYear.objects.get()
    assert (closed.year, closed.last_posting) == (2024, final.last_posting)
    editions = FrozenEdition.objects.all()
    assert [edition.municipality for edition in editions] == [None, ledger.a, ledger.b, ledger.c]
    assert FrozenFile.objects.filter(format="pdf").count() == 4
    assert len(final.fingerprint) == 64
    assert final.definitions["fulfilled"]["ledger"] == "fulfilment"
    assert final.goals == [{"year": 2024, "indicator": "workplaces", "low": "2.00", "high": "4.00"}]


def test_the_region_too_has_one_edition_and_one_of_each_number(final: AnnualReport) -> None:
    edition = FrozenEdition.objects.get(municipality=None)
    edition.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        edition.save()
    for model, fields in (
        (Filing, {}),
        (SectionText, {"section": "inleiding", "number": 1, "at": NOW}),
    ):
        model.objects.create(report=final, **fields)
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(report=final, **fields)


def test_nothing_posted_or_set_later_changes_what_is_shown(
    final: AnnualReport, ledger: Ledger
) -> None:
    client = signed_in(ledger, Role.READER)

    def shown() -> list[bytes]:
        paths = (ROOT, ROOT + "aadorp/")
        return [
            client.get(path).content.split(b"<article")[-1].split(b"</article")[0] for path in paths
        ]

    before = shown()
    set_goals(ledger.region, [{"year": 2024, "indicator": "workplaces", "low": 99}])
    ledger.line(ledger.contract(), "99999", month(2024, 12), booked=month(2025, 1))
    FulfilmentLine.objects.filter(month=month(2024, 1)).update(amount="1.00")
    assert shown() == before
    assert "€\u00a015.463,77" in before[0].decode()
    assert "Vastgesteld op 1 maart 2025" in FrozenEdition.objects.first().document  # type: ignore[union-attr]


def test_a_later_line_stands_in_the_next_report(final: AnnualReport, ledger: Ledger) -> None:
    ledger.line(
        ledger.contract(award_date=date(2025, 1, 1)),
        "123.45",
        month(2024, 12),
        booked=month(2025, 1),
    )
    client = signed_in(ledger, Role.ADVISER)
    text = client.get("/jaarverslag/testregio/2025/").content.decode().replace("\u00a0", " ")
    assert "Alsnog over 2024: 1 boeking, samen € 123,45." in text


def test_a_cut_off_file_is_made_from_what_was_frozen(final: AnnualReport, ledger: Ledger) -> None:
    client, path = signed_in(ledger, Role.ADVISER), ROOT + "aadorp/pdf/"
    before = client.get(path).content
    FrozenFile.objects.all().delete()
    ledger.line(ledger.contract(), "99999", month(2024, 12), booked=month(2025, 1))
    assert client.get(path).content == before
    assert FrozenFile.objects.count() == 1


def test_a_mistake_in_the_text_makes_a_numbered_revision(
    final: AnnualReport, ledger: Ledger
) -> None:
    first = FrozenEdition.objects.get(municipality=None)
    Goal.objects.all().delete()
    with pytest.raises(Refused):
        adoption.revise(ledger.region, 2024, act("Zonder andere tekst"))
    rewrite(ledger)
    with pytest.raises(Refused):
        adoption.revise(ledger.region, 2024, act("  "))
    revised = adoption.revise(ledger.region, 2024, act("De naam van een wijk klopte niet"))
    assert [revision.number for revision in revised.revisions.all()] == [0, 1]
    second = FrozenEdition.objects.get(municipality=None, revision__number=1)
    assert (second.figures, second.facts) == (first.figures, first.facts)
    assert "Herziening 1, 1 maart 2025: De naam van een wijk klopte niet" in second.text
    assert "De wijk heet Zuid." in second.text
    assert "De wijk heet Zuid." not in first.text
    with pytest.raises(Refused):
        adoption.revise(ledger.region, 2024, act("Nog eens"))
    assert first.text == FrozenEdition.objects.get(pk=first.pk).text
    page = signed_in(ledger, Role.READER).get(ROOT).content.decode()
    assert "De naam van een wijk klopte niet" in page
    assert list(differences(AnnualReport.objects.get())) == []


# --- Verifying ------------------------------------------------------------------------------------


def verified(year: str = "2024") -> str:
    out = StringIO()
    call_command("verify_report", year, "--region", "testregio", stdout=out)
    return out.getvalue()


def test_verifying_says_equal_or_what_differs(final: AnnualReport, ledger: Ledger) -> None:
    ledger.line(ledger.contract(), "99999", month(2024, 12), booked=month(2025, 1))
    assert final.fingerprint in verified()
    line = FulfilmentLine.objects.filter(municipality=ledger.a).earliest("pk")
    FulfilmentLine.objects.filter(pk=line.pk).update(amount=line.amount + 1)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_report", "2024", "--region", "testregio", stdout=out)
    assert "region: fulfilled was 15463.77, the ledger says 15464.77" in out.getvalue()
    assert "GM0001: by_category.work was 7777.95, the ledger says 7778.95" in out.getvalue()
    assert "GM0002" not in out.getvalue().replace("by_municipality", "")


def test_a_report_of_before_a_figure_was_there_is_equal_without_it(final: AnnualReport) -> None:
    editions = list(FrozenEdition.objects.order_by("pk"))
    for edition in editions:
        del edition.figures["by_client"], edition.facts["other_clients"]
        FrozenEdition.objects.filter(pk=edition.pk).update(
            figures=edition.figures, facts=edition.facts
        )
    before = fingerprint(final, editions)
    Revision.objects.filter(report=final).update(fingerprint=before)
    AnnualReport.objects.filter(pk=final.pk).update(fingerprint=before)
    assert before in verified()


def test_a_changed_text_or_file_is_noticed(final: AnnualReport) -> None:
    adoption.kept(FrozenEdition.objects.earliest("pk"), "pdf")
    file = FrozenFile.objects.earliest("pk")
    FrozenFile.objects.filter(pk=file.pk).update(content=b"%PDF-1.7 iets anders")
    edition = FrozenEdition.objects.latest("pk")
    FrozenEdition.objects.filter(pk=edition.pk).update(text=edition.text + "!")
    assert list(differences(final)) == [
        "revision 0: what was frozen has been changed, the fingerprint does not fit",
        "region: the pdf has been changed",
    ]


def test_there_is_nothing_to_verify_in_a_draft(ledger: Ledger) -> None:
    for region, year in (("testregio", "2024"), ("nergens", "2024")):
        with pytest.raises(CommandError):
            call_command("verify_report", year, "--region", region)


# --- In the browser -------------------------------------------------------------------------------


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are slow to make, and have tests of their own."""
    monkeypatch.setattr(adoption, "keep_files", lambda report: None)


def test_each_role_has_its_steps(ledger: Ledger, no_files: None) -> None:
    adviser, admin = signed_in(ledger, Role.ADVISER), signed_in(ledger, Role.REGION_ADMIN)
    propose, finalise, revising = ROOT + "voorstellen/", ROOT + "vaststellen/", ROOT + "herzien/"
    assert propose in adviser.get(ROOT).content.decode()
    assert propose not in admin.get(ROOT).content.decode()
    assert [client.get(propose).status_code for client in (adviser, admin)] == [200, 404]
    assert adviser.post(propose)["Location"] == ROOT
    assert adviser.post(finalise).status_code == 404
    assert finalise in admin.get(ROOT).content.decode()
    sent_back = admin.post(ROOT + "terugsturen/", {"reason": ""})
    assert sent_back.status_code == 422
    assert AnnualReport.objects.get().state == "proposed"
    assert admin.post(finalise).status_code == 302
    assert AnnualReport.objects.get().state == "final"
    page = admin.post(finalise)
    assert page.status_code == 422
    assert AnnualReport.objects.get().events.count() == 2
    assert revising not in admin.get(ROOT).content.decode()
    rewrite(ledger)
    assert revising in admin.get(ROOT).content.decode()
    assert "7 Communicatie" in admin.get(revising).content.decode()
    assert admin.post(revising, {"reason": "Niet gezien"}).status_code == 422
    assert revise(admin, "Tikfout").status_code == 302
    assert Revision.objects.count() == 2


def test_a_reason_cannot_carry_markup_or_a_bsn(
    final: AnnualReport, ledger: Ledger, no_files: None
) -> None:
    admin = signed_in(ledger, Role.REGION_ADMIN)
    rewrite(ledger)
    assert revise(admin, "Over 111222333").status_code == 422
    assert Revision.objects.count() == 1
    revise(admin, "<script>alert(1)</script><img src=http://example.org/x>")
    kept = FrozenEdition.objects.filter(revision__number=1, municipality=None).get()
    for markup in (kept.text, kept.document, admin.get(ROOT).content.decode().split("<article")[1]):
        assert "<script>alert" not in markup
        assert "<img src=http" not in markup
        assert "&lt;script&gt;alert(1)" in markup


def test_a_final_page_asks_little_of_the_database(
    final: AnnualReport, ledger: Ledger, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(ledger, Role.READER)
    client.get(ROOT)  # the session begins
    with django_assert_max_num_queries(11):
        client.get(ROOT + "aadorp/")


# --- At the same moment ---------------------------------------------------------------------------


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Run acts in threads of their own; what each came to: "done", "refused" or the error."""

    def run(one: Callable[[], Any]) -> str:
        try:
            with translation.override("nl"):
                one()
        except Refused as refused:
            return "refused" if str(refused) else "refused without a word"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_accepting_and_finalising_exclude_each_other() -> None:
    """A frozen figure never changes: whatever is posted is in the report, or booked after the year
    it closed.
    """
    region = make.make_region()
    contract = make.make_contract(region, make.make_contractor(), {"GM0402": 60, "GM0406": 40})
    versions = [
        make.make_purchase(contract, "10.01", state=FulfilmentState.SUBMITTED) for _n in range(6)
    ]
    seen = [
        FulfilmentVersion.objects.select_related("fulfilment__region").get(pk=v.pk)
        for v in versions
    ]
    adoption.propose(region, 2024, act())

    def accepting(version: FulfilmentVersion) -> Callable[[], Any]:
        return lambda: life.accept([version], make.act(), region=region)

    results = at_once(
        *map(accepting, seen[:3]),
        *[lambda: adoption.finalise(region, 2024, act())] * 2,
        *map(accepting, seen[3:]),
    )
    assert results[:3] + results[5:] == ["done"] * 6
    assert sorted(results[3:5]) == ["done", "refused"]
    report = AnnualReport.objects.get()
    for model in (FulfilmentLine, ObligationLine):
        later = model.objects.filter(posting__number__gt=report.last_posting)
        assert not later.filter(booked__lt=date(2025, 1, 1)).exists()
    in_year = figures_of(None, region, 2024, today=TODAY)
    assert report.figures["fulfilled"] == str(in_year.fulfilled)
    assert in_year.fulfilled + figures_of(None, region, 2025, today=TODAY).fulfilled == Decimal(
        "60.06"
    )
    assert list(differences(report)) == []
