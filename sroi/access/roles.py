"""Roles, and what each may: one record per role. Source: DOMAIN.md section 9.

What a role may see and do is a capability; pages, doors and scopes ask for capabilities and never
for a role by name. For what a membership is given bounds it: a municipality's person has every
capability for their own municipalities only, a person of a contractor or partner for their own
organisation.
"""

from collections.abc import Collection
from enum import Enum, StrEnum
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class Of(Enum):
    """For what a membership is given, beside its region."""

    REGION = "region"
    MUNICIPALITIES = "municipalities"
    CONTRACTOR = "contractor"
    PARTNER = "partner"

    @property
    def is_outside(self) -> bool:
        """An organisation of its own, whose people are no staff of the region."""
        return self in (Of.CONTRACTOR, Of.PARTNER)


class May(StrEnum):
    """What a role can be capable of."""

    # To see.
    SEE_REGION = "see all contracts, figures and drafts of the region"
    SEE_FULFILMENTS = "see each fulfilment, not only totals"
    SEE_PERSONS = "see candidate reference and age"
    SEE_UNAGREED_PLANS = "see an action plan before it is agreed"
    SEE_COVERAGE = "see which contracts should owe something"
    SEE_POLICY = "read the policy page"
    SEE_LOG = "read the log and the processing activities"
    READ_REPORTS = "read final reports before they are published"
    SEE_DESK = "see places, needs and matches of the region"
    # Whose work it is: start page, mails, lists of what waits.
    ADVISE = "look after contracts of the region"
    COMMISSION = "follow the contracts of one's own municipalities"
    FULFIL = "fulfil one's own contracts"
    BROKER = "bring places, needs and candidates together"
    OFFER = "tell one's own needs and answer matches"
    # Contracts.
    REGISTER = "register contracts, with help for a tender"
    CHOOSE_TABLE = "pin another valuation table when registering"
    CHANGE = "change contracts and answer proposals"
    PROPOSE_CHANGES = "propose changes of contracts"
    PLAN = "hand in action plans"
    AGREE_PLANS = "agree to action plans and record the first contact"
    WRITE_DOSSIER = "write notes and take documents away"
    ADD_DOCUMENTS = "add documents to a contract"
    KEEP_CONTACTS = "keep contact persons"
    SETTLE = "settle contracts"
    RECOGNISE = "recognise social firms"
    PROPOSE_FIRMS = "propose social firms"
    # Fulfilments.
    ENTER = "enter, change and confirm fulfilments"
    REVIEW = "review fulfilments and evidence"
    SAMPLE = "draw and check samples"
    ANSWER_PRIVACY = "look up what is held about a candidate"
    # The region.
    MANAGE_TABLES = "load valuation tables and put them in force"
    MANAGE_POLICY = "change the policy"
    MANAGE_CLIENTS = "manage clients"
    MANAGE_USERS = "manage users"
    INVITE_CONTRACTORS = "invite people of a contractor"
    INVITE_COLLEAGUES = "invite colleagues"
    LET_PARTNERS_IN = "let partners in"
    SET_GOALS = "set goals"
    WRITE_REPORTS = "write and propose reports"
    FINALISE = "finalise, revise and publish reports"


class Role(models.TextChoices):
    """Name, for what it is given, what it may, label."""

    of: Of
    may: frozenset[May]

    def __new__(cls, name: str, of: Of, may: Collection[May]) -> Self:
        role = str.__new__(cls, name)
        role._value_ = name
        role.of, role.may = of, frozenset(may)
        return role

    REGION_ADMIN = (
        "region_admin",
        Of.REGION,
        (
            *(
                May.SEE_REGION,
                May.SEE_FULFILMENTS,
                May.SEE_UNAGREED_PLANS,
                May.SEE_COVERAGE,
                May.SEE_POLICY,
                May.SEE_DESK,
            ),
            *(
                May.SEE_LOG,
                May.MANAGE_TABLES,
                May.MANAGE_POLICY,
                May.MANAGE_CLIENTS,
                May.MANAGE_USERS,
            ),
            *(May.INVITE_CONTRACTORS, May.LET_PARTNERS_IN, May.SET_GOALS, May.FINALISE),
        ),
        _("region admin"),
    )
    ADVISER = (
        "adviser",
        Of.REGION,
        (
            *(
                May.SEE_REGION,
                May.SEE_FULFILMENTS,
                May.SEE_PERSONS,
                May.SEE_UNAGREED_PLANS,
                May.SEE_COVERAGE,
                May.SEE_DESK,
            ),
            *(
                May.SEE_POLICY,
                May.ADVISE,
                May.REGISTER,
                May.CHOOSE_TABLE,
                May.CHANGE,
                May.PLAN,
                May.AGREE_PLANS,
            ),
            *(
                May.WRITE_DOSSIER,
                May.ADD_DOCUMENTS,
                May.KEEP_CONTACTS,
                May.SETTLE,
                May.RECOGNISE,
                May.ENTER,
            ),
            *(
                May.REVIEW,
                May.SAMPLE,
                May.ANSWER_PRIVACY,
                May.INVITE_CONTRACTORS,
                May.LET_PARTNERS_IN,
                May.SET_GOALS,
                May.WRITE_REPORTS,
            ),
        ),
        _("adviser"),
    )
    PROCUREMENT_OFFICER = (
        "procurement_officer",
        Of.MUNICIPALITIES,
        (
            *(May.SEE_COVERAGE, May.SEE_POLICY, May.COMMISSION, May.REGISTER, May.PROPOSE_CHANGES),
            May.KEEP_CONTACTS,
        ),
        _("procurement officer"),
    )
    CONTRACTOR = (
        "contractor",
        Of.CONTRACTOR,
        (
            *(May.SEE_FULFILMENTS, May.SEE_PERSONS, May.SEE_UNAGREED_PLANS, May.FULFIL, May.PLAN),
            *(
                May.ADD_DOCUMENTS,
                May.KEEP_CONTACTS,
                May.PROPOSE_FIRMS,
                May.ENTER,
                May.INVITE_COLLEAGUES,
            ),
        ),
        _("contractor"),
    )
    READER = "reader", Of.REGION, (May.READ_REPORTS,), _("reader")
    ACCOUNT_MANAGER = (
        "account_manager",
        Of.REGION,
        (May.SEE_DESK, May.BROKER, May.LET_PARTNERS_IN),
        _("account manager"),
    )
    PARTNER = "partner", Of.PARTNER, (May.OFFER,), _("partner")


def who_may(*any_of: May) -> tuple[Role, ...]:
    """The roles that may do one of these."""
    return tuple(role for role in Role if role.may.intersection(any_of))


def given_for(of: Of) -> tuple[Role, ...]:
    """The roles whose membership is for the region as a whole, for municipalities, for a
    contractor or for a partner.
    """
    return tuple(role for role in Role if role.of is of)


def role_called(name: str) -> Role:
    """The role of this name, as it is stored; a name that no role bears is an error."""
    return Role(name)  # type: ignore[call-arg]
