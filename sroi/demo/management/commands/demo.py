"""Fill an empty database with the demonstration: data, what happened to it, people who can sign in,
and a report.
"""

import json
import os
import secrets
import tempfile
from argparse import ArgumentParser
from dataclasses import replace
from datetime import date, datetime, time
from io import StringIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction
from django.utils import timezone

from contracts.letters import door as letters
from contracts.models import (
    Contract,
    Contractor,
    FirmProposal,
    Membership,
    Municipality,
    Partner,
    Region,
)
from contracts.owed import door as obligations
from contracts.people.membership import access_of
from contracts.social_firms import door as firms
from contracts.social_firms.recognition import Facts, RecognisedAs
from placements.claims.content import Content
from placements.imports.door import COPIED
from placements.life import door as life
from placements.linking import door as linking
from placements.models import Fulfilment, FulfilmentVersion
from placements.samples import door as sampling
from reporting.figures.annual import figures_of
from sroi.access import OUR_APPS, Role
from sroi.accounts.models import Demonstration, User
from sroi.database.batches import AT_ONCE
from sroi.database.planner import count_rows
from sroi.demo import desk, plans, reports, tenders
from sroi.demo.data import FOLDER, DemoRow, rows_of, write
from sroi.doors import EVERYTHING, Act
from sroi.templatetags.formats import euro2

REPORTED, YEAR = "gooi-en-vechtstreek", 2024
# Per region the table that is in force, and from when; the other published tables are loaded only.
REGIONS = {
    REPORTED: ("gooi-en-vechtstreek", "2020-01-01"),
    "voorbeeldstreek": ("utrecht-2", "2023-01-01"),
}
TABLES = settings.BASE_DIR / "contracts" / "data" / "valuation-tables"
IMPORTS = (
    ("contracts", "import_contracts"),
    ("changes", "import_obligation_changes"),
    ("fulfilments", "import_fulfilments"),
)


class Command(BaseCommand):
    help = (
        "Load the demonstration into an empty database, or renew the passwords of one that was"
        " loaded before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--output",
            default="var",
            metavar="DIR",
            help="where reports and accounts go (default: var)",
        )
        parser.add_argument(
            "--today",
            type=date.fromisoformat,
            metavar="DATE",
            help="the day that relative dates start from",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        output = Path(options["output"])
        try:
            known = Demonstration.objects.exists()
            if not known and holds_data():
                raise CommandError(
                    "Deze database bevat gegevens die niet van de demonstratie zijn. Kies een lege"
                    " met DATABASE_URL."
                )
        except DatabaseError:
            raise CommandError(
                "De database heeft nog geen tabellen. Voer eerst uit: manage.py migrate"
            ) from None
        if known:
            self.stdout.write(
                "De demonstratie was al geladen; alleen de wachtwoorden zijn vernieuwd."
            )
        else:
            today = options["today"] or timezone.localdate()
            with transaction.atomic():
                load(today)
                for region in REGIONS:
                    reports.adopt(Region.objects.get(code=region), writer(region), today)
        output.mkdir(parents=True, exist_ok=True)
        accounts = renew_passwords()
        keep_accounts(accounts, output / "demo-accounts.json")
        for file_format in ("html", "pdf"):
            file = output / f"raadsmededeling-{YEAR}.{file_format}"
            call_command(
                "annual_report", YEAR, region=REPORTED, format=file_format, output=str(file)
            )
        self._report(accounts, output)

    def _report(self, accounts: list[DemoRow], output: Path) -> None:
        figures = figures_of(
            None, Region.objects.get(code=REPORTED), YEAR, today=timezone.localdate()
        )
        rate = str(figures.average_rate).replace(".", ",")
        goal = int(figures.goal["workplaces"].low)
        lines = [
            f"Gooi en Vechtstreek, {YEAR}",
            f"  Opdrachtsom met social return  {euro2(figures.contract_value_registered)}",
            f"  Gemiddeld percentage           {rate}%",
            f"  Ingevuld                       {euro2(figures.fulfilled)}",
            f"  Sociale inkoop en activiteiten {euro2(figures.social_spend)}",
            f"  Werkplekken                    {figures.workplaces} (doel {goal})",
            f"Raadsmededeling: {output / f'raadsmededeling-{YEAR}.html'} en .pdf",
            f"Accounts (ook in {output / 'demo-accounts.json'})",
            *(f"  {a['role']:<20} {a['email']:<42} {a['password']}" for a in accounts),
            f"Adres: http://127.0.0.1:{os.environ.get('PORT', '8000')}/",
        ]
        self.stdout.write("\n".join(lines))


def holds_data() -> bool:
    """Whether there is anything of ours in the database, but for documents that can be made
    again.
    """
    labels = {*OUR_APPS} - {"documents"}
    ours = (model for model in apps.get_models() if model._meta.app_label in labels)
    return any(model._base_manager.exists() for model in ours)


@transaction.atomic
def load(today: date) -> None:
    """Everything or nothing: the marker, and per region its tables, people, contracts and what
    happened to them.
    """
    Demonstration.objects.create(made_at=timezone.now())
    for region, (in_force, since) in REGIONS.items():
        quietly("load_region", str(FOLDER / region / "region.json"))
        for table in sorted(TABLES.glob("*.json")):
            from_day = since if table.stem == in_force else None
            quietly("load_valuation_table", str(table), region=region, in_force_from=from_day)
        desk.create_partners(region, today)
        create_people(region, today)
        give_letters_a_look(region, today)
        with tempfile.TemporaryDirectory() as folder:
            for name, command in IMPORTS:
                if rows := rows_of(f"{region}/{name}.csv", today):
                    file = Path(folder) / f"{name}.csv"
                    write(rows, file)
                    quietly(command, str(file), region=region)
        register_at_award(region, today)
        join_contractors(region, today)
        for row in rows_of(f"{region}/firms.csv", today):
            tell_of_firm(Region.objects.get(code=region), row)
        for row in rows_of(f"{region}/plans.csv", today):
            # A contract that was not awarded yet on that day is not there.
            for contract in Contract.objects.filter(region__code=region, reference=row["contract"]):
                plans.tell(contract, row, today)
        for row in rows_of(f"{region}/tenders.csv", today):
            tenders.tell(region, row, today)
        desk.tell(region, today)
        for row in rows_of(f"{region}/acts.csv", today):
            Doing(Region.objects.get(code=region), row, today).run()
        count_rows()
        reports.fill_in(Region.objects.get(code=region), Act(writer(region), timezone.now(), today))


def quietly(command: str, *args: str, **options: Any) -> None:
    call_command(command, *args, stdout=StringIO(), stderr=StringIO(), **options)


# --- people ---------------------------------------------------------------------------------------


def create_people(region: str, today: date) -> None:
    """Everyone but contractors: advisers have to be known before contracts name them."""
    for row in rows_of("accounts.csv", today):
        if row["region"] == region and not row["contractor_kvk"]:
            membership = Membership.objects.create(
                user=person(row),
                role=row["role"],
                region=Region.objects.get(code=region),
                partner=Partner.objects.filter(name=row["partner"], region__code=region).first(),
            )
            membership.municipalities.set(
                Municipality.objects.filter(
                    region__code=region, code__in=row["municipalities"].split(";")
                )
            )


def give_letters_a_look(region: str, today: date) -> None:
    """As `house_style.json` says, where there is one."""
    file = FOLDER / region / "house_style.json"
    if not file.exists():
        return
    admin = Membership.objects.get(region__code=region, role=Role.REGION_ADMIN).user
    letters.set_style(
        Region.objects.get(code=region),
        {**json.loads(file.read_text(encoding="utf-8")), "logo": None},
        access_of(admin),
        Act(admin, timezone.now(), today),
    )


def register_at_award(region: str, today: date) -> None:
    """As if this region had worked with the register from its first contract on."""
    contracts = list(Contract.objects.filter(region__code=region, award_date__lte=today))
    for contract in contracts:
        contract.created_at = timezone.make_aware(datetime.combine(contract.award_date, time(9)))
    Contract.objects.bulk_update(contracts, ["created_at"], batch_size=AT_ONCE)


def join_contractors(region: str, today: date) -> None:
    """Contractors' people, once the contracts brought their contractor."""
    for row in rows_of("accounts.csv", today):
        if row["region"] == region and row["contractor_kvk"]:
            Membership.objects.create(
                user=person(row),
                role=row["role"],
                region=Region.objects.get(code=region),
                contractor=Contractor.objects.get(kvk=row["contractor_kvk"]),
            )


def writer(region: str) -> User | None:
    """Who writes the annual report of a region."""
    first = (
        Membership.objects.filter(region__code=region, role=Role.ADVISER)
        .select_related("user")
        .order_by("pk")
        .first()
    )
    return first.user if first else None


def person(row: DemoRow) -> User:
    known = User.objects.filter(email=row["email"]).first()
    return known or User.objects.create_user(row["email"], name=row["name"], phone=row["phone"])


def renew_passwords() -> list[DemoRow]:
    """A new random password for everyone; a person stands in the list once for each role.

    Who came to the demonstration in a later release is not there yet in what was loaded before.
    """
    passwords: dict[str, str] = {}
    accounts = []
    people = {user.email: user for user in User.objects.all()}
    for row in rows_of("accounts.csv", timezone.localdate()):
        email = row["email"]
        if email not in people:
            continue
        if email not in passwords:
            passwords[email] = secrets.token_urlsafe(12)
            user = people[email]
            user.set_password(passwords[email])
            user.save(update_fields=["password"])
        account = {"role": row["role"], "email": email, "password": passwords[email]}
        if account not in accounts:
            accounts.append(account)
    return accounts


def keep_accounts(accounts: list[DemoRow], file: Path) -> None:
    """For the owner only, also where the file was there already."""
    file.unlink(missing_ok=True)
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as out:
        json.dump(accounts, out, indent=1)


# --- social firms ---------------------------------------------------------------------------------


def tell_of_firm(region: Region, row: DemoRow) -> None:
    """A firm that an adviser recognises, or that a contractor proposes."""
    by, at = User.objects.get(email=row["by"]), timezone.now()
    facts = Facts(**{name: row[name] for name in ("name", "place", "offers", "website")})
    first, last = (
        date.fromisoformat(row[name]) if row[name] else None
        for name in ("valid_from", "valid_until")
    )
    if row["act"] == "recognise":
        assert first is not None  # every row has one
        terms = RecognisedAs(row["kind"], first, last, bool(row["public"]), row["reason"])
        firms.recognise(region, row["kvk"], facts, terms, Act.of(by, at))
        return
    contractor = Contractor.objects.get(memberships__user=by, memberships__region=region)
    proposal = FirmProposal(
        region=region, contractor=contractor, kvk=row["kvk"], kind=row["kind"], why=row["reason"]
    )
    proposal.valid_from, proposal.valid_until = first, last
    for name, value in vars(facts).items():
        setattr(proposal, name, value)
    firms.propose(proposal, Act.of(by, at))


# --- what happened afterwards ---------------------------------------------------------------------


class Doing:
    """A row of `acts.csv`: what someone did with a contract or a fulfilment, through the doors."""

    def __init__(self, region: Region, row: DemoRow, today: date) -> None:
        self.region, self.row, self.today = region, row, today
        self.by = User.objects.filter(email=row["by"]).first()
        self.at: datetime = timezone.now()

    def run(self) -> None:
        getattr(self, f"_{self.row['act']}")()

    @property
    def _done(self) -> Act:
        return Act(self.by, self.at, self.today, self.row["reason"])

    def _contract(self) -> Contract:
        return Contract.objects.get(region=self.region, reference=self.row["contract"])

    def _fulfilment(self) -> Fulfilment:
        return Fulfilment.objects.select_related("latest", "region").get(
            region=self.region,
            contractor__kvk=self.row["contractor_kvk"],
            external_id=self.row["external_id"],
        )

    def _version(self) -> FulfilmentVersion:
        version = self._fulfilment().latest
        assert version is not None
        return version

    def _return(self) -> None:
        life.return_(self._version(), self._done)

    def _reject(self) -> None:
        life.reject(self._version(), self._done)

    def _withdraw(self) -> None:
        life.withdraw(self._version(), self._done)

    def _propose(self) -> FulfilmentVersion:
        """The contractor reports that a placement ends on another day."""
        accepted, last = self._version(), date.fromisoformat(self.row["end_date"])
        fields = {
            name: getattr(accepted, name)
            for name in (*COPIED, "bonuses", "facts", "decided_value", "decided_reason")
        }
        fields |= {"end_date": last, "confirmed_until": min(last, accepted.confirmed_until or last)}
        content = Content(
            fields,
            [(term.first_day, term.hours_per_week) for term in accepted.terms.all()],
            [
                (a.contract, a.block, a.percent)
                for a in accepted.allocations.select_related("contract", "block")
            ],
        )
        reported = replace(self._done, by=None)
        version = life.propose_change(self._fulfilment(), content, reported)
        life.submit([version], reported, answered=EVERYTHING)
        return version

    def _change(self) -> None:
        """As proposed, and accepted by the adviser."""
        life.accept(
            [self._propose()],
            self._done,
            region=self.region,
            without_evidence=self.row["reason"],
        )

    def _link(self) -> None:
        """With what is the same in another region, which was loaded before; the reason names it."""
        assert self.by is not None  # every row has one
        region, number = self.row["reason"].split()
        other = Fulfilment.objects.filter(
            region__code=region,
            contractor__kvk=self.row["contractor_kvk"],
            external_id=number,
        )
        for one in other:
            linking.link(self._fulfilment(), one, access_of(self.by), replace(self._done, why=""))

    def _sample(self) -> None:
        """Drawn from this quarter, with two in order and one, for the reason given, not."""
        first_day = sampling.quarter_of(self.today).first
        size = sampling.usual_size(self.region, self.today)
        sample = sampling.draw(self.region, first_day, size, self._done, seed=f"demo-{first_day}")
        found, done = self.row["reason"].split(" | ")
        outcomes = [("in_order", "", ""), ("in_order", "", ""), ("not_in_order", found, done)]
        for check, (outcome, what, then) in zip(sample.checks.all(), outcomes, strict=False):
            sampling.record(check, outcome, what, then, self._done)

    def _end(self) -> None:
        obligations.end(self._contract(), self._done)

    def _settle(self) -> None:
        on = date.fromisoformat(self.row["on"])
        obligations.settle(self._contract(), self._done, on=on)

    def _cancel(self) -> None:
        on = date.fromisoformat(self.row["on"])
        obligations.cancel(self._contract(), self._done, on=on)
