"""The one door for statements: made from the lines as they are at that moment, and never changed.

After a correction the next statement takes the place of the one before, which then says so.
"""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks import task

from contracts.models import Contract, Contractor
from contracts.owed.posting import lock_ledger
from placements.models import FulfilmentLine
from reporting.models import Statement
from reporting.statements import paper
from reporting.statements.codes import code_of
from reporting.statements.stated import Part, about, content, parts_of
from reporting.statements.trying import Told
from sroi.documents import keeping
from sroi.doors import Act, DoneAlready, Overtaken, Refused
from sroi.periods import Period

# Somebody waits for it: before imports and mails.
PRIORITY = 10


def issue(
    contract: Contract,
    contractor: Contractor,
    year: int,
    act: Act,
    *,
    seen: Sequence[Part] | None = None,
) -> Statement:
    """State what the lines of now come to, which is what was on the screen (`seen`). Nobody posts
    meanwhile.
    """
    if Period.year(year).first > act.today:
        raise Refused(_("%(year)s has not begun yet.") % {"year": year})
    with transaction.atomic():
        head = lock_ledger(contract.region)
        parts = parts_of(about(FulfilmentLine.objects.all(), contract.pk, contractor, year))
        if not parts:
            raise Refused(_("Nothing was accepted for %(year)s yet.") % {"year": year})
        if seen is not None and list(seen) != parts:
            raise Overtaken(_("Since you opened this page something was posted. Look again."))
        before = last(contract, contractor, year)
        if before is None and not any(part.amount for part in parts):
            raise Refused(_("Nothing was accepted for %(year)s yet.") % {"year": year})
        if before is not None and Told(before).says(parts):
            raise DoneAlready(_("There is a statement with these figures already."))
        number = before.number + 1 if before else 1
        stated = content(
            contract,
            contractor,
            year,
            parts,
            number=number,
            posting=head.last_number,
            day=act.today,
        )
        made: Statement = Statement.objects.create(
            contract=contract,
            contractor=contractor,
            year=year,
            number=number,
            code=code_of(stated),
            content=stated,
            issued_at=act.at,
            issued_by=act.by,
        )
    return made


def last(contract: Contract, contractor: Contractor, year: int) -> Statement | None:
    """The one that stands."""
    rows = Statement.objects.filter(contract=contract, contractor=contractor, year=year)
    return rows.defer("pdf").order_by("-number").first()


# --- on paper -------------------------------------------------------------------------------------


def pdf_or_asked(statement: Statement) -> bytes | None:
    """The PDF as it was first made; None while the worker makes it, which it is asked to do
    once.
    """
    found = _pdf(statement.pk)
    if found is None:
        keeping.ask(_order(statement.pk), lambda: make_pdf.enqueue(statement.pk))
        found = _pdf(statement.pk)
    return found


@task(priority=PRIORITY)
def make_pdf(statement_id: int) -> None:
    statement = Statement.objects.get(pk=statement_id)
    if statement.pdf is None:
        made = paper.as_pdf(Told(statement), statement.issued_at)
        Statement.objects.filter(pk=statement_id, pdf=None).update(pdf=made)
    keeping.answered(_order(statement_id))


def _pdf(statement_id: int) -> bytes | None:
    found = Statement.objects.filter(pk=statement_id).values_list("pdf", flat=True).first()
    return None if found is None else bytes(found)


def _order(statement_id: int) -> str:
    return f"statement {statement_id}"
