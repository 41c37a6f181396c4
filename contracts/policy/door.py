"""A region's policy as its admin changes it: a next version that holds from a day on.

A version is never changed, since contracts keep the one of their award date; other terms for the
same date make a next revision. What a version says can be told in words, and what differs between
two of them. Source: DOMAIN.md sections 4 and 10.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Policy, Region
from contracts.owed.posting import lock_ledger
from contracts.policy.loading import ONE_OF, PER_CHOICE, PERCENTS, policy_terms
from sroi.access import Access, May
from sroi.doors import Act, Refused, key_of, refuse_overtaken
from sroi.history.keeping import signed
from sroi.money import MoneyField
from sroi.templatetags.formats import NOTHING, euro, number, percent

SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        gettext_lazy("What is owed"),
        (
            *(
                "default_rate",
                "rates",
                "threshold_works",
                "threshold_services",
                "threshold_supplies",
                "reduced_rate",
            ),
            *("reduced_below_labour_share", "supplies_min_labour_share", "cap", "pso_discounts"),
            "exempt_from_pso_level",
        ),
    ),
    (
        gettext_lazy("During the contract"),
        (
            *(
                "contact_days",
                "plan_weeks",
                "report_months",
                "review_days",
                "answer_days",
                "grace_months",
                "behind_below_expected",
            ),
            "spread",
            "changes_always_told",
            *(
                "at_risk_below_term_left",
                "certificate_months",
                "certificate_warning_days",
                "pinned_by",
            ),
        ),
    ),
    (
        gettext_lazy("At the end of the contract"),
        ("payment_days", "recovery_months", "penalty_factor"),
    ),
    (
        gettext_lazy("Checking, privacy and publishing"),
        (
            *(
                "self_review",
                "sample_size",
                "store_person_evidence",
                "invoices_as_sent",
                "retention_months",
                "retention_rejected_months",
            ),
            *("retention_draft_months", "retention_invitation_months", "retention_consent_months"),
            *("mask_below", "trusts"),
        ),
    ),
)
TERMS = [name for _title, names in SECTIONS for name in names]
# A term, what it was, what it becomes.
Difference = tuple[str, str, str]


def may_change(access: Access, region: Region) -> bool:
    return access.may(May.MANAGE_POLICY, region_id=region.pk)


def others(region: Region) -> list[Region]:
    """The other regions of this installation: that there are is public, and they can be trusted."""
    return list(Region.objects.exclude(pk=region.pk))


@dataclass(frozen=True)
class PolicyEffect:
    """What a next version would do: what it changes, and which contracts keep what they have."""

    differences: list[Difference]
    # What stands for the version that it was compared with.
    starting_point: str
    # Registered already, with an award on or after the day.
    contracts_kept: int
    # The day from which another version takes over again.
    until: date | None


def effect(
    region: Region, terms: Mapping[str, Any], valid_from: date, contracts: Any
) -> PolicyEffect:
    """`contracts`: those that whoever asks may see."""
    versions = Policy.objects.filter(region=region)
    standing, later = (
        versions.on(valid_from),
        versions.filter(valid_from__gt=valid_from).order_by("valid_from").first(),
    )
    return PolicyEffect(
        differences=differences(standing, as_version(region, terms, valid_from)),
        starting_point=starting_point(standing),
        contracts_kept=contracts.filter(region=region, award_date__gte=valid_from).count(),
        until=later.valid_from if later else None,
    )


def succeed(
    region: Region,
    terms: Mapping[str, Any],
    valid_from: date,
    act: Act,
    *,
    shown: str | None = None,
) -> Policy:
    """The next version of the policy, from a day on.

    `shown` is the version that held on that day when its change was looked at (`starting_point`);
    another one by then is refused, and so are terms that change nothing. Raises FaultyFile for
    terms that cannot be.
    """
    made = as_version(region, terms, valid_from)
    with transaction.atomic():
        # Whoever changes it at the same moment waits here, and then sees what became of it.
        lock_ledger(region)
        standing = Policy.objects.filter(region=region).on(valid_from)
        refuse_overtaken(
            shown,
            starting_point(standing),
            _(
                "The policy of that day was changed meanwhile. Look once more at what your change"
                " does."
            ),
        )
        if not differences(standing, made):
            raise Refused(_("Nothing differs from what holds on that day already."))
        last = (
            Policy.objects.filter(region=region, valid_from=valid_from).order_by("revision").last()
        )
        made.revision = last.revision + 1 if last else 1
        signed(made, act).save()
    return made


def starting_point(standing: Policy | None) -> str:
    """What stands for the version that holds on a day: shown with what a change of it does."""
    return key_of(standing.pk if standing else "none")


def as_version(region: Region, terms: Mapping[str, Any], valid_from: date) -> Policy:
    """These terms, checked as those of a file are, as a version that is not kept yet."""
    said = {
        name: value if isinstance(value, bool | dict | list | None) else str(value)
        for name, value in terms.items()
    }
    return Policy(region=region, **{**policy_terms(said, region.code), "valid_from": valid_from})


# --- in words -------------------------------------------------------------------------------------


def sections(policy: Policy) -> list[tuple[str | Promise, list[tuple[str, str]]]]:
    return [
        (title, [(label(name), said(policy, name)) for name in names]) for title, names in SECTIONS
    ]


def differences(earlier: Policy | None, later: Policy) -> list[Difference]:
    """The terms that differ, in the order in which they are told; all that later says where nothing
    was before.
    """
    return [
        (label(name), said(earlier, name) if earlier else NOTHING, said(later, name))
        for name in TERMS
        if earlier is None or said(earlier, name) != said(later, name)
    ]


def told(versions: Iterable[Policy]) -> list[tuple[Policy, list[Difference]]]:
    """Versions, newest first, each with what it changed; the first one changed nothing."""
    ordered = list(versions)
    found = [(later, differences(earlier, later)) for earlier, later in pairwise(ordered)]
    return [*reversed(found), *((first, []) for first in ordered[:1])]


def label(name: str) -> str:
    return str(capfirst(Policy._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def said(policy: Policy, name: str) -> str:
    """A term as people read it."""
    value, field = getattr(policy, name), Policy._meta.get_field(name)
    if value is None or value == "":
        return NOTHING
    if name == "trusts":
        return ", ".join(value) or NOTHING
    if name in PER_CHOICE:
        given = [(word, value[each]) for each, word in PER_CHOICE[name].choices if each in value]
        return ", ".join(f"{word}: {percent(rate)}" for word, rate in given) or NOTHING
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if name in ONE_OF:
        return str(ONE_OF[name](value).label)
    if isinstance(field, MoneyField):
        return euro(value)
    return percent(value) if name in PERCENTS else number(value)
