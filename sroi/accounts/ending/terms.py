"""How long what is kept about users stays, where that concerns no region: versions with a date of
validity, in `data/user-terms.json` or the file that the setting `USER_TERMS` names.

Months are whole calendar months, days whole days. Of invitations a region's own policy says it.
Source: DOMAIN.md section 8; GDPR, article 5, paragraph 1, under e.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from sroi.periods import over_since


@dataclass(frozen=True)
class UserTerms:
    """From the beginning without `valid_from`."""

    valid_from: date | None
    # After the last role ended and the last time that somebody signed in.
    account_months: int
    # After the session was last seen.
    session_days: int
    # After what is in the log happened.
    log_months: int
    # A role ends after its holder last signed in; one that a group gives, after the last sign-in
    # that showed the group; and so many days after its holder was told. Without these three no role
    # ends by itself.
    away_months: int = 0
    vouched_days: int = 0
    warning_days: int = 0

    @property
    def ends_roles(self) -> bool:
        return self.away_months > 0

    def account_over(self, today: date) -> date:
        """Whoever had neither role nor sign-in since this day is not kept; the day counts."""
        return over_since(today, self.account_months)

    def log_over(self, today: date) -> date:
        return over_since(today, self.log_months)

    def sessions_over(self, today: date) -> date:
        return today - timedelta(days=self.session_days)


def terms_on(day: date, versions: list[UserTerms] | None = None) -> UserTerms:
    """The version in force on `day`: the last one that began by then."""
    known = kept_versions() if versions is None else versions
    begun = [terms for terms in known if terms.valid_from is None or terms.valid_from <= day]
    return max(begun, key=lambda terms: terms.valid_from or date.min)


def kept_versions() -> list[UserTerms]:
    rows = json.loads(Path(settings.USER_TERMS).read_text(encoding="utf-8"))
    return [version_of(row) for row in rows]


def version_of(row: dict[str, Any]) -> UserTerms:
    """A version as the file says it; an unknown or missing key, or no whole number, is an error."""
    begins = row["valid_from"]
    terms = UserTerms(**row | {"valid_from": date.fromisoformat(begins) if begins else None})
    numbers: tuple[int, ...] = (terms.account_months, terms.session_days, terms.log_months)
    ends = (terms.away_months, terms.vouched_days, terms.warning_days)
    if any(key in row for key in ("away_months", "vouched_days", "warning_days")):
        numbers += ends
    if not all(isinstance(number, int) and number > 0 for number in numbers):
        raise ValueError("terms of users are whole numbers above 0")
    return terms
