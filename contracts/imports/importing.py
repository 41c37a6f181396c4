"""Bringing in social firms with what they are recognised by, such as a list of PSO certificates:
all or nothing through the door. The same file again changes nothing.
"""

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from contracts.imports.door import same_name
from contracts.imports.outcome import Bring, Outcome, importer
from contracts.models import Recognition, Region, SocialFirm
from contracts.social_firms.columns import FIRM_COLUMNS
from contracts.social_firms.door import end, publish, recognise
from contracts.social_firms.recognition import Facts, RecognisedAs, facts_of
from sroi.doors import Act, Doubt, key_of
from sroi.exchange import Parsed, Row
from sroi.templatetags.formats import long_date


@dataclass
class Planned:
    """A recognition that is new, or one that holds until another day."""

    row: Row
    facts: Facts
    known: Recognition | None = None
    # Whether the row says that it is in the directory, or not.
    tells_public: bool = False


class FirmIntake:
    """Checks the rows against the firms and what the region recognises, read at once."""

    def __init__(self, region: Region, parsed: Parsed, outcome: Outcome) -> None:
        self.parsed, self.outcome = parsed, outcome
        numbers = {row["firm_kvk"] for row in parsed.every} - {None}
        self.firms = {firm.kvk: firm for firm in SocialFirm.objects.filter(kvk__in=numbers)}
        self.recognised: dict[tuple[str, str], list[Recognition]] = defaultdict(list)
        known = Recognition.objects.filter(
            region=region, firm__kvk__in=numbers, revoked_at=None
        ).select_related("firm")
        for one in known:
            self.recognised[one.firm.kvk, one.kind].append(one)
        self.terms: dict[tuple[str, str], list[tuple[date, date | None]]] = defaultdict(list)

    def run(self) -> list[Planned]:
        for row in self.parsed.faulty:
            self._ask(row, self.firms.get(row["firm_kvk"]))
            self._check_days(row)
        return [planned for row in self.parsed.rows if (planned := self._of(row))]

    def _of(self, row: Row) -> Planned | None:
        firm = self.firms.get(row["firm_kvk"])
        facts = self._facts(row, firm)
        self._check(row)
        self._ask(row, firm)
        same = self.recognised[row["firm_kvk"], row["recognition"]]
        known = next((one for one in same if one.valid_from == row["valid_from"]), None)
        if known is None:
            return self._new(row, facts, same)
        changes = self._changes(row, known)
        self.outcome.place(row, False, changes)
        told = bool(self.parsed.written(row, "is_public"))
        return Planned(row, facts, known, tells_public=told) if changes else None

    def _changes(self, row: Row, known: Recognition) -> list[list[str]]:
        """Until when it holds and whether it is in the directory; what else differs stays."""
        there, last = self.parsed.positions, known.valid_until
        changes = []
        before = long_date(last) if last else ""
        if "valid_until" in there and last != row["valid_until"]:
            if row["valid_until"] is None:
                reason = _("Registered is %(day)s. Fill in the last day, or leave the column out.")
                self.parsed.refuse(row, "valid_until", reason % {"day": before})
            else:
                changes.append(["valid_until", before, long_date(row["valid_until"])])
        if self.parsed.written(row, "is_public") and known.is_public != row["is_public"]:
            changes.append(["is_public", _yes_no(known.is_public), _yes_no(row["is_public"])])
        facts = vars(facts_of(known.firm)) | {"grounds": known.grounds}
        for column in ("place", "offers", "website", "grounds"):
            if row[column] and facts[column] and row[column] != facts[column]:
                reason = _("Registered is “%(there)s”, and that stays. Change it at the firm.")
                self.parsed.warn(row, column, reason % {"there": facts[column]}, "put_right")
        return changes

    def _facts(self, row: Row, firm: SocialFirm | None) -> Facts:
        """What is known stays; the row fills in what is not."""
        told = Facts(row["firm_name"], row["place"], row["offers"], row["website"])
        if firm is None:
            return told
        there = facts_of(firm)
        return Facts(
            there.name,
            there.place or told.place,
            there.offers or told.offers,
            there.website or told.website,
        )

    def _ask(self, row: Row, firm: SocialFirm | None) -> None:
        """Whether a firm that is known by another name is the same."""
        if firm and row["firm_name"] and not same_name(firm.name, row["firm_name"]):
            asked = _("%(number)s is of %(name)s. Is this the same firm?")
            words = {"number": firm.kvk, "name": firm.name.rstrip(".")}
            key = key_of(firm.kvk, "firm_name", firm.name, row["firm_name"])
            self.outcome.doubt(self.parsed, row, [Doubt("firm_name", asked % words, key)])

    def _check_days(self, row: Row) -> None:
        first, last = row["valid_from"], row["valid_until"]
        if first and last and last < first:
            reason = _("The last day of the recognition lies before its first.")
            self.parsed.refuse(row, "valid_until", reason)

    def _check(self, row: Row) -> None:
        self._check_days(row)
        first, last = row["valid_from"], row["valid_until"]
        key = (row["firm_kvk"], row["recognition"])
        if any(_meet((first, last), term) for term in self.terms[key]):
            reason = _("This recognition stands in the file twice for the same time.")
            self.parsed.refuse(row, "valid_from", reason)
        self.terms[key].append((first, last))

    def _new(self, row: Row, facts: Facts, same: list[Recognition]) -> Planned:
        term = (row["valid_from"], row["valid_until"])
        if any(_meet(term, (one.valid_from, one.valid_until)) for one in same):
            reason = _("This firm has this recognition in this time already.")
            self.parsed.refuse(row, "valid_from", reason)
        self.outcome.new.append(row.number)
        if row["firm_kvk"] not in self.firms:
            self.outcome.understood[row.number] = {"new_contractor": row["firm_kvk"]}
        return Planned(row, facts)


def _yes_no(value: bool) -> str:
    return _("Yes") if value else _("No")


def _meet(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether both hold on some day."""
    return one[0] <= (other[1] or date.max) and other[0] <= (one[1] or date.max)


@importer(FIRM_COLUMNS)
def import_firms(region: Region, parsed: Parsed, outcome: Outcome, act: Act) -> Bring:
    """Recognise the firms of a file; one that is known with another last day holds until then."""
    planned = FirmIntake(region, parsed, outcome).run()

    def bring(_taken: Container[str]) -> None:
        for one in planned:
            _do(region, one, replace(act, why=one.row["grounds"]))

    return bring


def _do(region: Region, planned: Planned, act: Act) -> None:
    row = planned.row
    if known := planned.known:
        if row["valid_until"] and known.valid_until != row["valid_until"]:
            end(known, row["valid_until"], act)
        if planned.tells_public and known.is_public != row["is_public"]:
            publish(known, row["is_public"], act)
        return
    terms = RecognisedAs(
        row["recognition"],
        row["valid_from"],
        row["valid_until"],
        row["is_public"],
        row["grounds"],
    )
    recognise(region, row["firm_kvk"], planned.facts, terms, act)
