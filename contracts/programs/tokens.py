"""A token is random and long, is told once, and is kept as a digest only: no key is needed to know
it again, and none that is lost or replaced ends it.
"""

import hashlib
import secrets
from datetime import date

from contracts.models import Program, Reads
from sroi.access import Access, May, ProgramGrant

# By which a token that lies around is recognised as one of this register.
BEGINS = "sroi_"
BYTES = 32
# What is needed to see what a token is for; the rest is seen by who sees the region.
NEEDED = {Reads.REPORTS: May.READ_REPORTS}


def new_token() -> str:
    return BEGINS + secrets.token_urlsafe(BYTES)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def program_with(token: str) -> Program | None:
    """Whose token this is, also one that holds no more."""
    return Program.objects.filter(token_digest=digest_of(token)).select_related("region").first()


def holds(program: Program, today: date) -> bool:
    return program.revoked_at is None and today <= program.valid_until


def access_of(program: Program) -> Access:
    """Of its own region what its token is for, by the same scopes as for people."""
    may = frozenset(NEEDED.get(Reads(each), May.SEE_REGION) for each in program.reads)
    return Access(None, (ProgramGrant("program", program.region_id, may=may),))
