"""The door to programs: let one read, give it another token, stop it; and that it read something.

A token is told once, by who made it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Program, ProgramRead, Reads, Region
from contracts.programs.tokens import digest_of, new_token
from sroi.access import Access, May
from sroi.accounts.ending.terms import terms_on
from sroi.database.days import begin_of
from sroi.doors import Act, Refused, first_come
from sroi.history.keeping import remember, signed
from sroi.templatetags.formats import long_date


@dataclass(frozen=True)
class Given:
    """A program with its token, which is told now and never again."""

    program: Program
    token: str


def may_let_read(access: Access, region_id: int) -> bool:
    return access.may(May.MANAGE_USERS, region_id=region_id)


def last_day(today: date) -> date:
    """Until when a token can be made at most."""
    return today + timedelta(days=settings.API_TOKEN_MOST_DAYS)


def let_read(
    region: Region, name: str, reads: Collection[str], until: date, access: Access, act: Act
) -> Given:
    _refuse_who_may_not(access, region.pk)
    _refuse_days(until, act.today)
    if not reads or not set(reads) <= set(Reads.values):
        raise Refused(_("Choose at least one thing that it may read."))
    token = new_token()
    program = Program(
        region=region,
        name=name.strip(),
        reads=[each for each in Reads.values if each in reads],
        token_digest=digest_of(token),
        token_ends=token[-4:],
        valid_until=until,
        made_at=act.at,
        made_by=act.by,
    )
    taken = _("A program of this name reads here already. Choose another name, or stop that one.")
    with first_come(taken), transaction.atomic():
        signed(program, act).save()
    return Given(program, token)


def renew(program: Program, until: date, access: Access, act: Act) -> Given:
    """Another token from now on: the one before opens nothing any more."""
    _refuse_who_may_not(access, program.region_id)
    _refuse_days(until, act.today)
    token = new_token()
    _change(
        program,
        act,
        token_digest=digest_of(token),
        token_ends=token[-4:],
        valid_until=until,
    )
    return Given(program, token)


def stop(program: Program, access: Access, act: Act) -> None:
    _refuse_who_may_not(access, program.region_id)
    _change(program, act, revoked_at=act.at)


def _change(program: Program, act: Act, **to: object) -> None:
    """Of two at once the second finds another token, or that it was stopped."""
    as_shown = Program.objects.filter(
        pk=program.pk, token_digest=program.token_digest, revoked_at=None
    )
    with transaction.atomic():
        if not as_shown.update(**to):
            raise Refused(_("Someone else gave this program a token, or stopped it. Look again."))
        for name, value in to.items():
            setattr(program, name, value)
        remember([program], act, changed=True)


def _refuse_who_may_not(access: Access, region_id: int) -> None:
    if not may_let_read(access, region_id):
        raise Refused(_("Only a region admin lets a program read."))


def _refuse_days(until: date, today: date) -> None:
    if not today < until <= last_day(today):
        most = {"most": long_date(last_day(today))}
        raise Refused(_("Choose a day after today, and not after %(most)s.") % most)


# --- what was read --------------------------------------------------------------------------------


def note_read(program: Program, path: str, status: int, at: datetime) -> None:
    ProgramRead.objects.create(program=program, at=at, path=path[:200], status=status)


def asks_too_often(program: Program, now: datetime) -> bool:
    """What it read in the last minute stands in the log."""
    lately = ProgramRead.objects.filter(program=program, at__gt=now - timedelta(minutes=1))
    return lately.count() >= settings.API_READS_PER_MINUTE


def forget_reads(today: date) -> None:
    """As long as other rows of the log."""
    ProgramRead.objects.filter(at__lt=begin_of(terms_on(today).log_over(today))).delete()
