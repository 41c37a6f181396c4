"""Who may open what: every URL name × role × own, foreign and missing, always beside foreign data
that could leak.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from contracts.desk.whose import HAS_DAYS
from contracts.models import Contractor, FirmPerson, Region
from placements.models import Evidence
from sroi.access import May, Of, Role
from sroi.access.roles import given_for, who_may
from tests import factories as make
from tests.sroi.accounts.test_access_account import ACCOUNT_PAGES
from tests.sroi.api.reading import let_read

pytestmark = pytest.mark.django_db

ANONYMOUS, INACTIVE = "anonymous", "inactive"
SIGNED_IN = tuple(Role)
# Who reads a contract or an edition by what they may, or because it is their own.
OF_CONTRACTS = who_may(May.SEE_REGION, May.COMMISSION, May.FULFIL)
OF_TOWN = who_may(May.SEE_REGION, May.COMMISSION)
AT_DESK, OFFERING = who_may(May.SEE_DESK, May.FULFIL), who_may(May.SEE_DESK, May.FULFIL, May.OFFER)

MISSING = 987654321
PERSON, NUMBER, SINGLE_VALUE = "Kandidaat Wulp", "NR-WULP-1", "26.666,67"
# Texts of what is not one's own: of another region, of another contractor, of another municipality
# in the region.
OTHER_REGION, OTHER_CONTRACTOR, OTHER_TOWN = "Zilverreiger", "Roerdomp", "Lepelaar"
FOREIGN_PERSON = "Kandidaat Grutto"
# Whom a colleague proposed for a place: for the contractor and the adviser only.
CANDIDATE = "WC-WULP-2041"
FORBIDDEN = {
    Role.CONTRACTOR: (OTHER_REGION, OTHER_CONTRACTOR, FOREIGN_PERSON),
    Role.PROCUREMENT_OFFICER: (
        OTHER_REGION,
        OTHER_TOWN,
        FOREIGN_PERSON,
        PERSON,
        NUMBER,
        SINGLE_VALUE,
        CANDIDATE,
    ),
    Role.ADVISER: (OTHER_REGION,),
    Role.REGION_ADMIN: (OTHER_REGION, PERSON, FOREIGN_PERSON, CANDIDATE),
    Role.ACCOUNT_MANAGER: (OTHER_REGION, FOREIGN_PERSON, PERSON, NUMBER, SINGLE_VALUE, CANDIDATE),
    Role.PARTNER: (
        *(OTHER_REGION, OTHER_CONTRACTOR, OTHER_TOWN),
        *(FOREIGN_PERSON, PERSON, NUMBER, SINGLE_VALUE, CANDIDATE),
    ),
    Role.READER: (
        OTHER_REGION,
        OTHER_CONTRACTOR,
        OTHER_TOWN,
        FOREIGN_PERSON,
        PERSON,
        NUMBER,
        SINGLE_VALUE,
        CANDIDATE,
    ),
}


@dataclass(frozen=True)
class Page:
    """Who gets an answer at an address of one's own: 200, or another code that is `answers`."""

    roles: tuple[str, ...] = SIGNED_IN
    of: str = ""
    answers: int = 200
    public: bool = False
    method: str = "get"
    codes: dict[str, int] = field(default_factory=dict)
    # Methods that this page answers beside `method`: a form that is shown and sent.
    also: tuple[str, ...] = ()

    def code(self, role: str) -> int:
        if role in self.codes:
            return self.codes[role]
        if role in (ANONYMOUS, INACTIVE):
            return self.answers if self.public else 302
        return self.answers if role in self.roles else 404


def sent(roles: tuple[str, ...], of: str) -> Page:
    """Only sent to; who looks at the address is led to the page that it is sent from."""
    return Page(roles, of, answers=302, method="post", also=("get",))


PAGES = {
    "start": Page(codes=dict.fromkeys((Role.READER, Role.ACCOUNT_MANAGER, Role.PARTNER), 302)),
    "own-details": Page(also=("post",)),
    "mail-choices": Page(also=("post",)),
    "login": Page(public=True, codes=dict.fromkeys(SIGNED_IN, 302)),
    "logout": Page(public=True, method="post", answers=302),
    "set_language": Page(public=True, method="post", answers=302),
    "switch-role": Page(method="post", answers=302, also=("get",)),
    "health": Page(public=True),
    "ready": Page(public=True),
    # Only with a token, and where somebody is named: tests/sroi/server/test_ready.py.
    "metrics": Page(public=True, answers=404),
    "security-txt": Page(public=True, answers=404),
    # Only with a token, which a session is not: tests/sroi/api.
    "api-description": Page(public=True),
    "api-nothing": Page(public=True, of="nothing", answers=404),
    "api-contracts": Page(public=True, answers=401),
    "api-contract-progress": Page(public=True, answers=401),
    "api-obligation-lines": Page(public=True, answers=401),
    "api-fulfilment-lines": Page(public=True, answers=401),
    "api-years": Page(public=True, answers=401),
    "api-figures": Page(public=True, of="year", answers=401),
    "api-reports": Page(public=True, answers=401),
    "api-report": Page(public=True, of="year", answers=401),
    "contract-list": Page(also=("post",)),
    # Nothing is picked: back to the list.
    "picked-hand-over": Page(who_may(May.CHANGE, May.MANAGE_USERS), answers=302, also=("post",)),
    "picked-contractors-remind": Page((Role.ADVISER,), answers=302, also=("post",)),
    "picked-contractors-invite": Page(who_may(May.INVITE_CONTRACTORS), answers=302, also=("post",)),
    "social-firms-renew": Page(who_may(May.RECOGNISE), answers=302, also=("post",)),
    "social-firms-publish": Page(who_may(May.RECOGNISE), answers=302, also=("post",)),
    "social-firms-hide": Page(who_may(May.RECOGNISE), answers=302, also=("post",)),
    "picked-remind": Page((Role.ADVISER,), answers=302, also=("post",)),
    "picked-invite": Page(who_may(May.INVITE_CONTRACTORS), answers=302, also=("post",)),
    "contract-file": Page(of="list_file"),
    "change-file": Page(who_may(May.SEE_REGION), of="list_file"),
    "plan-file": Page(who_may(May.SEE_UNAGREED_PLANS), of="list_file"),
    "contractor-file": Page(who_may(May.SEE_REGION), of="list_file"),
    "due": Page(who_may(May.SEE_REGION)),
    "coverage": Page(who_may(May.SEE_COVERAGE)),
    "coverage-file": Page(who_may(May.SEE_COVERAGE), of="list_file"),
    "evidence-seen-file": Page(who_may(May.REVIEW), of="list_file"),
    "fulfilment-file": Page(who_may(May.SEE_FULFILMENTS), of="list_file"),
    "contract-detail": Page(OF_CONTRACTS, of="contract"),
    "contract-history": Page(OF_CONTRACTS, of="contract"),
    "contract-attention": Page(OF_CONTRACTS, of="contract"),
    "contract-outdated": Page(who_may(May.SEE_REGION), of="contract", also=("post",)),
    "contract-plan": Page(OF_CONTRACTS, of="contract"),
    "contract-plan-edit": Page(who_may(May.PLAN), of="contract", also=("post",)),
    "contract-plan-discard": Page(who_may(May.PLAN), of="contract", answers=302, also=("post",)),
    "contract-plan-answer": Page(
        who_may(May.PLAN), of="contract", method="post", answers=302, also=("get",)
    ),
    "contract-no-news": Page(who_may(May.PLAN), of="contract", also=("post",)),
    "contract-contact": Page(who_may(May.AGREE_PLANS), of="contract", also=("post",)),
    "contract-plan-none": Page(who_may(May.AGREE_PLANS), of="contract", also=("post",)),
    "contract-settlement": Page(OF_CONTRACTS, of="contract"),
    "settlement-recovery": Page(who_may(May.SETTLE), of="contract", answers=302, also=("post",)),
    "settlement-decide": Page(who_may(May.SETTLE), of="contract", answers=302, also=("post",)),
    "settlement-answer": Page(who_may(May.FULFIL), of="contract", answers=302, also=("post",)),
    "settlement-reopen": Page(who_may(May.SETTLE), of="contract", answers=302, also=("post",)),
    "closing-letter": Page(OF_CONTRACTS, of="letter"),
    "contract-dossier": Page(OF_CONTRACTS, of="contract"),
    "note-new": Page(who_may(May.WRITE_DOSSIER), of="contract", also=("post",)),
    "promises": Page(who_may(May.WRITE_DOSSIER), of="contract", also=("post",)),
    "visit-new": Page(who_may(May.WRITE_DOSSIER), of="contract", also=("post",)),
    "note-done": sent(who_may(May.WRITE_DOSSIER), of="note"),
    "note-remove": Page(who_may(May.WRITE_DOSSIER), of="note", also=("post",)),
    "contact-person-new": Page(who_may(May.KEEP_CONTACTS), of="contract", also=("post",)),
    "contact-person-name": sent((Role.ADVISER, Role.CONTRACTOR), of="known_person"),
    "contact-person": Page((Role.ADVISER, Role.CONTRACTOR), of="person", also=("post",)),
    "contact-person-remove": Page((Role.ADVISER, Role.CONTRACTOR), of="person", also=("post",)),
    "document-new": Page(who_may(May.ADD_DOCUMENTS), of="contract", also=("post",)),
    "document-file": Page(who_may(May.SEE_FULFILMENTS), of="document"),
    "document-remove": Page(who_may(May.WRITE_DOSSIER), of="document", also=("post",)),
    "contract-call-off": Page(
        who_may(May.REGISTER), of="contract", method="post", answers=302, also=("get",)
    ),
    "contract-changes": Page(who_may(May.CHANGE, May.PROPOSE_CHANGES), of="contract"),
    "contract-change": Page(who_may(May.CHANGE, May.PROPOSE_CHANGES), of="change", also=("post",)),
    "contract-put-right": Page(who_may(May.CHANGE), of="contract", also=("post",)),
    "contract-take-over": Page(who_may(May.CHANGE), of="contract", also=("post",)),
    "contract-remind": Page((Role.ADVISER,), of="contract", also=("post",)),
    "contract-hand-over": Page(who_may(May.CHANGE, May.MANAGE_USERS), also=("post",)),
    "hand-over-not": sent(who_may(May.CHANGE, May.MANAGE_USERS), of="hand_over"),
    "contractor-mails": Page(who_may(May.SEE_REGION), of="contractor"),
    "contractor-put-right": Page(who_may(May.CHANGE), of="contractor", also=("post",)),
    "change-proposal": Page(who_may(May.CHANGE), of="proposal", also=("post",)),
    "tender-aid": Page(who_may(May.REGISTER)),
    "tender-paper": Page(who_may(May.REGISTER), answers=404),  # Without a tender there is no paper.
    "planned-tenders": Page(who_may(May.REGISTER)),
    "planned-tender-new": Page(who_may(May.REGISTER), also=("post",)),
    "planned-tender": Page(who_may(May.REGISTER), of="planned_tender", also=("post",)),
    "planned-tender-remove": Page(who_may(May.REGISTER), of="planned_tender", also=("post",)),
    "cpv-codes": Page(who_may(May.REGISTER)),
    "contract-new": Page(who_may(May.REGISTER), also=("post",)),
    "contract-draft": Page((Role.ADVISER,), of="contract_draft", also=("post",)),
    "contract-owed": Page((Role.ADVISER,), of="contract_draft", method="post"),
    "contract-check": Page((Role.ADVISER,), of="contract_draft", answers=302, also=("post",)),
    "contract-discard": Page((Role.ADVISER,), of="contract_draft", also=("post",)),
    "import": Page(who_may(May.REGISTER, May.ENTER), also=("post",)),
    "import-example": Page(who_may(May.REGISTER), of="upload_kind"),
    "import-detail": Page((Role.ADVISER,), of="upload"),
    "import-table": Page((Role.ADVISER,), of="upload", answers=302, also=("post",)),
    "import-leave-out": sent((Role.ADVISER,), of="upload"),
    "import-columns": Page((Role.ADVISER,), of="upload", also=("post",)),
    "import-replace": Page((Role.ADVISER,), of="upload", also=("post",)),
    "import-firm": Page((Role.ADVISER,), of="upload_row", answers=302, also=("post",)),
    "import-send-back": Page((Role.ADVISER,), of="upload", answers=302, also=("post",)),
    "import-cells": Page((Role.ADVISER,), of="upload", answers=302, also=("post",)),
    "import-faults": Page((Role.ADVISER,), of="upload_file"),
    "import-run": sent((Role.ADVISER,), of="upload"),
    "import-again": sent((Role.ADVISER,), of="upload"),
    "import-discard": Page((Role.ADVISER,), of="upload", also=("post",)),
    "contractor-list": Page(who_may(May.SEE_REGION), also=("post",)),
    "contractor-detail": Page(who_may(May.SEE_REGION), of="contractor"),
    "desk": Page(who_may(May.SEE_DESK), also=("post",)),
    "what-fits": Page(AT_DESK, of="contract"),
    "what-else": Page(AT_DESK, of="contract"),
    "need-list": Page(OFFERING, also=("post",)),
    "need-new": Page(who_may(May.OFFER), also=("post",)),
    "need-detail": Page(OFFERING, of="need"),
    "need-change": Page(who_may(May.OFFER), of="need", also=("post",)),
    "need-close": Page(who_may(May.OFFER), of="need", also=("post",)),
    "need-propose": Page(who_may(May.FULFIL, May.BROKER), of="need", also=("post",)),
    "place-list": Page(AT_DESK, also=("post",)),
    "place-new": Page(who_may(May.FULFIL), also=("post",)),
    "place-detail": Page(AT_DESK, of="place"),
    "place-close": Page(who_may(May.FULFIL), of="place", also=("post",)),
    "place-propose": Page(who_may(May.BROKER), of="place", also=("post",)),
    "match-list": Page(OFFERING, also=("post",)),
    "match-detail": Page(OFFERING, of="match"),
    "match-agree": sent(who_may(May.FULFIL, May.OFFER), of="match"),
    "match-decline": Page(who_may(May.FULFIL, May.OFFER), of="match", also=("post",)),
    "match-plan": sent(who_may(May.FULFIL), of="match"),
    # Nobody agreed yet, so nothing starts or ends.
    "match-start": Page(who_may(May.FULFIL), of="match", answers=302, also=("post",)),
    "match-end": Page(who_may(May.FULFIL, May.OFFER), of="match", answers=302, also=("post",)),
    "partner-list": Page(who_may(May.SEE_DESK)),
    "partner-new": Page(who_may(May.LET_PARTNERS_IN), also=("post",)),
    "partner-ask": Page(public=True, also=("post",)),
    "partner-detail": Page(who_may(May.LET_PARTNERS_IN), of="partner", also=("post",)),
    "partner-let-in": sent(who_may(May.LET_PARTNERS_IN), of="partner"),
    "partner-refuse": Page(who_may(May.LET_PARTNERS_IN), of="partner", answers=302, also=("post",)),
    "social-firm-list": Page(public=True),
    "social-firm-register": Page(who_may(May.SEE_REGION), also=("post",)),
    "social-firm-file": Page(who_may(May.SEE_REGION), of="list_file"),
    "social-firm-new": Page(who_may(May.RECOGNISE), also=("post",)),
    "social-firm-propose": Page(who_may(May.PROPOSE_FIRMS), also=("post",)),
    "social-firm-proposal": Page(who_may(May.RECOGNISE), of="firm_proposal", also=("post",)),
    "social-firm-detail": Page(who_may(May.SEE_REGION), of="firm", also=("post",)),
    "recognition": Page(who_may(May.RECOGNISE), of="recognition", also=("post",)),
    "table-list": Page(),
    "table-detail": Page(of="table"),
    "table-what-if": Page(who_may(May.SEE_REGION), of="table"),
    "table-what-if-file": Page(who_may(May.SEE_REGION), of="table_file"),
    "table-compare": Page(),
    "table-json": Page(of="table"),
    "table-check": Page(public=True, also=("post",)),
    "table-format": Page(public=True),
    "table-schema": Page(public=True),
    "table-load": Page(who_may(May.MANAGE_TABLES), also=("post",)),
    "table-succeed": Page(who_may(May.MANAGE_TABLES), of="table", also=("post",)),
    "table-edit": Page(who_may(May.MANAGE_TABLES), of="loaded_table", also=("post",)),
    "block-new": Page(who_may(May.MANAGE_TABLES), of="loaded_table", also=("post",)),
    "block-edit": Page(who_may(May.MANAGE_TABLES), of="row", also=("post",)),
    "block-remove": Page(who_may(May.MANAGE_TABLES), of="row", also=("post",)),
    "table-discard": Page(who_may(May.MANAGE_TABLES), of="loaded_table", also=("post",)),
    "table-in-force": Page(who_may(May.MANAGE_TABLES), of="loaded_table", also=("post",)),
    "fulfilment-list": Page(also=("post",)),
    "fulfilment-detail": Page(who_may(May.SEE_FULFILMENTS), of="fulfilment"),
    "fulfilment-drafts": Page(who_may(May.ENTER), also=("post",)),
    "fulfilment-many": Page(who_may(May.ENTER), also=("post",)),
    "fulfilment-new": Page(who_may(May.ENTER), also=("post",)),
    "fulfilment-what": Page(who_may(May.ENTER), of="draft", also=("post",)),
    "fulfilment-details": Page(who_may(May.ENTER), of="draft", also=("post",)),
    "fulfilment-firms": Page(who_may(May.ENTER), of="draft_purchase", method="post"),
    "fulfilment-value": Page(who_may(May.ENTER), of="draft", method="post"),
    "fulfilment-evidence": Page(who_may(May.ENTER), of="draft", also=("post",)),
    "fulfilment-check": Page(who_may(May.ENTER), of="draft", also=("post",)),
    "fulfilment-copy": Page(
        who_may(May.ENTER), of="draft", method="post", answers=302, also=("get",)
    ),
    "fulfilment-change": Page(
        who_may(May.ENTER), of="draft", method="post", answers=302, also=("get",)
    ),
    # Who reviews asks for more: only who made it takes it back.
    "fulfilment-take-back": Page(
        (Role.CONTRACTOR,), of="waiting", method="post", answers=302, also=("get",)
    ),
    "outcome-list": Page(who_may(May.ENTER)),
    "fulfilment-outcome": sent(who_may(May.ENTER), of="draft"),
    "fulfilment-withdraw": Page(who_may(May.ENTER), of="draft", also=("post",)),
    "review-queue": Page(who_may(May.REVIEW), answers=302, also=("post",)),
    # Who works for a firm in one region only has nothing elsewhere to link.
    "fulfilment-link": Page((), of="fulfilment", also=("post",)),
    "fulfilment-unlink": sent((Role.CONTRACTOR,), of="fulfilment"),
    "fulfilment-disagree": Page(who_may(May.FULFIL), of="fulfilment", answers=302, also=("post",)),
    "disagreement": Page(who_may(May.REVIEW), of="disagreement", also=("post",)),
    "review": Page(who_may(May.REVIEW), of="waiting", also=("post",)),
    "review-value": Page(who_may(May.REVIEW), of="waiting", method="post"),
    "review-phrases": Page(who_may(May.REVIEW), also=("post",)),
    "sample": Page(who_may(May.SEE_REGION), also=("post",)),
    "sample-detail": Page(who_may(May.SEE_REGION), of="sample"),
    "sample-check": Page(who_may(May.SAMPLE), of="sample_check", also=("post",)),
    "client-list": Page(who_may(May.MANAGE_CLIENTS)),
    "client-new": Page(who_may(May.MANAGE_CLIENTS), also=("post",)),
    "client-detail": Page(who_may(May.MANAGE_CLIENTS), of="client", also=("post",)),
    "client-end": Page(who_may(May.MANAGE_CLIENTS), of="client", also=("post",)),
    "program-list": Page(who_may(May.MANAGE_USERS)),
    "program-new": Page(who_may(May.MANAGE_USERS), also=("post",)),
    "program-detail": Page(who_may(May.MANAGE_USERS), of="program"),
    "program-renew": Page(who_may(May.MANAGE_USERS), of="program", also=("post",)),
    "program-stop": Page(who_may(May.MANAGE_USERS), of="program", also=("post",)),
    "user-list": Page(who_may(May.MANAGE_USERS)),
    "user-invite": Page(who_may(May.MANAGE_USERS), also=("post",)),
    "user-detail": Page(who_may(May.MANAGE_USERS), of="membership", also=("post",)),
    "held-user": Page(who_may(May.MANAGE_USERS), of="membership"),
    "held-self": Page(),
    "held-candidate": Page(who_may(May.ANSWER_PRIVACY), also=("post",)),
    "held-erase": Page(who_may(May.ANSWER_PRIVACY), of="fulfilment", answers=302, also=("post",)),
    "history": Page(who_may(May.SEE_LOG)),
    "processing-register": Page(who_may(May.SEE_LOG)),
    "privacy": Page(public=True),
    "user-end": Page(who_may(May.MANAGE_USERS), of="membership", also=("post",)),
    "invitation-again": sent(who_may(May.MANAGE_USERS), of="invitation"),
    "invitation-withdraw": Page(who_may(May.MANAGE_USERS), of="invitation", also=("post",)),
    "contractors-invite": Page(who_may(May.INVITE_CONTRACTORS), also=("post",)),
    "contractor-invite": Page(who_may(May.INVITE_CONTRACTORS), of="contractor", also=("post",)),
    "colleague-list": Page(who_may(May.INVITE_COLLEAGUES), also=("post",)),
    "evidence-file": Page(who_may(May.SEE_FULFILMENTS), of="evidence"),
    "evidence-page": Page(who_may(May.SEE_FULFILMENTS), of="evidence_page"),
    "evidence-remove": Page(who_may(May.ENTER), of="evidence", answers=302, also=("post",)),
    "evidence-erase": Page(who_may(May.REVIEW), of="evidence", also=("post",)),
    "calculator": Page(public=True),
    "interim-report": Page(who_may(May.ENTER), also=("post",)),
    "search": Page(),
    "changed": Page(who_may(May.ADVISE)),
    "put-off": Page(who_may(May.ADVISE)),
    "put-off-chosen": Page(who_may(May.ADVISE), answers=302, also=("post",)),
    "contact-chosen": Page(who_may(May.ADVISE), answers=302, also=("post",)),
    "put-off-show": sent(who_may(May.ADVISE), of="contract"),
    "calendar": Page(who_may(*HAS_DAYS), also=("post",)),
    # For who has the secret, without signing in: see test_calendar.py.
    "calendar-feed": Page(public=True, of="calendar_secret", answers=404),
    "stand-ins": Page(who_may(May.ADVISE), also=("post",)),
    "stand-in-end": Page(who_may(May.ADVISE), of="stand_in", also=("post",)),
    "region-detail": Page(who_may(May.SEE_REGION), of="region"),
    "help": Page(public=True),
    "help-contractor": Page(public=True),
    "help-adviser": Page(public=True),
    "help-procurement": Page(public=True),
    "help-region": Page(public=True),
    "help-reader": Page(public=True),
    "help-desk": Page(public=True),
    "help-partner": Page(public=True),
    "help-values": Page(public=True),
    "help-terms": Page(public=True),
    "contractor-guide": Page(public=True),
    "accessibility": Page(public=True),
    "reminder-texts": Page(who_may(May.ADVISE), of="report_region", also=("post",)),
    "house-style": Page(who_may(May.MANAGE_POLICY), of="report_region", also=("post",)),
    "policy": Page(who_may(May.SEE_POLICY), of="report_region"),
    "policy-change": Page(who_may(May.MANAGE_POLICY), of="report_region", also=("post",)),
    # Without terms it leads to those that hold.
    "policy-what-if": Page(who_may(May.SEE_REGION), of="report_region", answers=302),
    "policy-what-if-file": Page(who_may(May.SEE_REGION), of="region_file", answers=302),
    "policy-goal": Page(who_may(May.SET_GOALS), of="report_region", also=("post",)),
    "statements-own": Page(who_may(May.FULFIL), answers=302),
    "statements": Page(who_may(May.SEE_REGION, May.FULFIL), of="contractor"),
    "statement-new": Page(who_may(May.ENTER), of="statement_year", also=("post",)),
    "statement-pdf": Page(who_may(May.SEE_REGION, May.FULFIL), of="statement"),
    "statement-try": Page(public=True),
    "statement-shown": Page(public=True, of="statement_code"),
    "report-list": Page(public=True),
    # For everyone once it is published: see test_publishing.py.
    "report-region": Page((), of="report_region"),
    "report-open-data": Page((), of="report_data"),
    "report-archive": Page((), of="report"),
    "report-municipality-archive": Page((), of="town_report"),
    "report-catalogue": Page((), of="report_region"),
    "report-schema": Page(public=True),
    "report-municipality-open-data": Page((), of="town_data"),
    "report-publish": Page(who_may(May.FINALISE), of="report", also=("post",)),
    "report-detail": Page(who_may(May.SEE_REGION), of="report"),
    "report-pdf": Page(who_may(May.SEE_REGION), of="report"),
    "report-progress": Page(who_may(May.SEE_REGION), of="progress"),
    "report-progress-pdf": Page(who_may(May.SEE_REGION), of="progress"),
    "report-progress-word": Page(who_may(May.SEE_REGION), of="progress"),
    "report-municipality-progress": Page(OF_TOWN, of="town_progress"),
    "report-municipality-progress-pdf": Page(OF_TOWN, of="town_progress"),
    "report-municipality-progress-word": Page(OF_TOWN, of="town_progress"),
    "report-word": Page(who_may(May.SEE_REGION), of="report"),
    "report-municipality-word": Page(OF_TOWN, of="town_report"),
    "report-data": Page(who_may(May.SEE_REGION), of="report_data"),
    "report-workbook": Page(who_may(May.SEE_REGION), of="report"),
    "report-municipality-workbook": Page(who_may(May.SEE_REGION), of="town_report"),
    "report-figure": Page(who_may(May.SEE_REGION), of="figure"),
    "report-municipality-figure": Page(OF_TOWN, of="town_figure"),
    "report-propose": Page(who_may(May.WRITE_REPORTS), of="report", also=("post",)),
    "report-send-back": Page(who_may(May.WRITE_REPORTS, May.FINALISE), of="report", also=("post",)),
    "report-finalise": Page(who_may(May.FINALISE), of="report", also=("post",)),
    "report-revise": Page(who_may(May.FINALISE), of="report", also=("post",)),
    "report-comments": Page(who_may(May.SEE_REGION), of="report", also=("post",)),
    "report-municipality-comments": Page(who_may(May.SEE_REGION), of="town_report", also=("post",)),
    "report-corrections": Page(who_may(May.SEE_REGION), of="report"),
    "report-text": Page(who_may(May.WRITE_REPORTS), of="text", also=("post",)),
    "report-preview": Page(who_may(May.WRITE_REPORTS), of="text", method="post"),
    "report-municipality-text": Page(who_may(May.WRITE_REPORTS), of="town_text", also=("post",)),
    "report-municipality-preview": Page(who_may(May.WRITE_REPORTS), of="town_text", method="post"),
    "report-filing": Page(who_may(May.WRITE_REPORTS), of="report", also=("post",)),
    "report-municipality-filing": Page(
        who_may(May.WRITE_REPORTS), of="town_report", also=("post",)
    ),
    "report-supplement": Page(who_may(May.WRITE_REPORTS), of="report", also=("post",)),
    "report-stories": Page(who_may(May.WRITE_REPORTS), of="report"),
    "report-story-new": Page(who_may(May.WRITE_REPORTS), of="report", also=("post",)),
    "report-story": Page(who_may(May.WRITE_REPORTS), of="story", also=("post",)),
    "report-story-remove": Page(who_may(May.WRITE_REPORTS), of="story", also=("post",)),
    "report-story-withdraw": Page(who_may(May.WRITE_REPORTS), of="story", also=("post",)),
    "report-story-picture": Page(who_may(May.SEE_REGION), of="story"),
    "report-municipality": Page(OF_TOWN, of="town_report"),
    "report-municipality-pdf": Page(OF_TOWN, of="town_report"),
    "report-municipality-data": Page(who_may(May.SEE_REGION), of="town_data"),
}
# What makes PDFs is slow, and its contents have tests of their own.
SLOW = {
    *(
        "report-workbook",
        "report-municipality-workbook",
        "report-pdf",
        "report-municipality-pdf",
        "contractor-guide",
    ),
    *("report-word", "report-municipality-word", "report-progress-pdf", "report-progress-word"),
    *("report-municipality-progress-pdf", "report-municipality-progress-word"),
    *("evidence-file", "evidence-page", "document-file", "import-example", "closing-letter"),
    *("statement-pdf", "report-story-picture"),
}


@dataclass
class World:
    users: dict[str, Any]
    own: dict[str, dict[str, Any]]
    foreign: dict[str, dict[str, Any]]
    # Of another contractor and municipality in the same region: foreign to those two roles.
    beside: dict[str, dict[str, Any]]

    def foreign_to(self, role: str) -> list[dict[str, dict[str, Any]]]:
        return [self.foreign] if role in given_for(Of.REGION) else [self.foreign, self.beside]


def make_world(region: Region) -> World:
    """People of each role in `region`, what is theirs there, and what is not, there and elsewhere;
    `make bench` opens every page in it too.
    """
    other_region = make.make_region("utrecht", f"Regio {OTHER_REGION}")
    linde = make.make_contractor("De Linde", "11112222")
    beside, far = (
        make.make_contractor(f"De Linde {OTHER_CONTRACTOR}"),
        make.make_contractor(f"De Linde {OTHER_REGION}"),
    )
    garden = make.make_partner(region, "De Moestuin")
    users = {
        role: make.make_user(
            role,
            region,
            contractor=linde if role == Role.CONTRACTOR else None,
            partner=garden if role == Role.PARTNER else None,
        )
        for role in SIGNED_IN
    }
    users[INACTIVE] = make.make_user(Role.ADVISER, region, active=False)
    adviser, contractor = users[Role.ADVISER], users[Role.CONTRACTOR]
    own = make.make_contract(region, linde, reference="C-1", title="Wegen")
    draft = make.make_placement(
        own, state="draft", candidate_ref=PERSON + " 3", external_id=NUMBER + "-4"
    )
    make.make_placement(own, reviewer=adviser, entered_by=contractor, candidate_ref=PERSON)
    single = make.make_placement(
        own,
        hours="24",
        reviewer=adviser,
        entered_by=contractor,
        candidate_ref=PERSON + " 2",
        external_id=NUMBER,
    )
    make.make_activity(
        own, state="returned", reviewer=adviser, why="Graag een verslag", external_id=NUMBER + "-2"
    )
    waiting = make.make_purchase(own, state="submitted", external_id=NUMBER + "-3")
    next_to = make.make_contract(
        region,
        beside,
        {"GM0406": 100},
        reference="C-2",
        title=f"Wegen {OTHER_CONTRACTOR} {OTHER_TOWN}",
        adviser=adviser,
    )
    shown_beside = make.make_placement(
        next_to,
        candidate_ref=FOREIGN_PERSON,
        external_id=f"{OTHER_CONTRACTOR}-1",
        state="submitted",
    )
    abroad = make.make_contract(other_region, far, reference="C-1", title=f"Wegen {OTHER_REGION}")
    shown_abroad = make.make_placement(
        abroad,
        candidate_ref=f"Kandidaat {OTHER_REGION}",
        external_id=f"{OTHER_REGION}-1",
        state="submitted",
    )
    return World(
        users,
        own=places(own, single, "hilversum", garden)
        | {"draft": {"pk": draft.fulfilment_id}, "waiting": {"pk": waiting.fulfilment_id}}
        | {"contract_draft": {"pk": make.make_contract_draft(own, adviser).pk}}
        | upload_places(own, adviser),
        foreign=places(abroad, shown_abroad, "hilversum"),
        beside=places(next_to, shown_beside, "huizen"),
    )


def places(
    contract: Any, version: Any, town: str, partner: Any = None
) -> dict[str, dict[str, Any]]:
    """By kind of place the parts of its address."""
    kept = Evidence(
        version=version,
        kind="paid_invoice",
        media_type="image/png",
        content_hash="0",
        added_at=make.moment(make.TODAY),
    )
    kept.file.save("", ContentFile(b"x"))
    report = {"region": contract.region.code, "year": 2024}
    make.make_activity(
        contract,
        external_id=f"STEEKPROEF-{contract.title}"[:80],
        reviewer=make.make_user(Role.ADVISER, contract.region),
    )
    sample = make.make_sample(contract.region)
    recognised = make.make_firm(contract.region, f"Sociale Drukkerij {contract.title}")
    proposed = make.make_firm_proposal(
        contract.region, contract.contractor, f"Zorgtuin {contract.title}"
    )
    loaded = make.make_table(contract.region, "alphen")
    return {
        "loaded_table": {"pk": loaded.pk},
        "table_file": {"pk": contract.table_id, "format": "csv"},
        "region_file": {"region": contract.region.code, "format": "csv"},
        "row": {"pk": loaded.pk, "position": 1},
        "list_file": {"format": "csv"},
        "sample": {"pk": sample.pk},
        "hand_over": {"pk": make.make_hand_over_ahead(contract).pk},
        "stand_in": {"pk": make.make_stand_in(contract.region).pk},
        "sample_check": {"pk": sample.checks.first().pk},
        "firm": {"pk": recognised.firm_id},
        "recognition": {"pk": recognised.pk},
        "firm_proposal": {"pk": proposed.pk},
        "disagreement": {
            "pk": make.make_disagreement(
                make.make_purchase(contract, state="rejected", why="Nee")
            ).pk
        },
        "draft_purchase": {"pk": make.make_purchase(contract, state="draft").fulfilment_id},
        "contract": {"pk": contract.pk},
        "client": {"pk": contract.region.municipalities.get(slug=town).pk},
        "contract_draft": {"pk": make.make_contract_draft(contract).pk},
        "planned_tender": {
            "pk": make.make_planned_tender(contract.region, town, title=f"Plan {contract.title}").pk
        },
        "change": {"pk": contract.pk, "kind": "amendment"},
        "note": {"pk": make.make_note(contract, f"Gesprek {contract.title}", shared=True).pk},
        "person": {"pk": make.make_person(contract, name=f"Contact {contract.title}").pk},
        "known_person": {
            "pk": contract.pk,
            "person": FirmPerson.objects.get(name=f"Contact {contract.title}").pk,
        },
        "document": {"pk": make.make_document(contract, f"Stuk {contract.title}", shared=True).pk},
        "letter": {"pk": make.make_settlement(contract).pk, "ending": "pdf"},
        "proposal": {"pk": make.make_proposal(contract).pk},
        "contractor": {"pk": contract.contractor_id},
        **statement_places(contract),
        **desk_places(contract, partner),
        "table": {"pk": contract.table_id},
        "fulfilment": {"pk": version.fulfilment_id},
        "draft": {"pk": version.fulfilment_id},
        "waiting": {"pk": version.fulfilment_id},
        "evidence": {"pk": kept.pk},
        "evidence_page": {"pk": kept.pk, "page": 1},
        "region": {"code": contract.region.code},
        "calendar_secret": {"secret": "nobody-was-given-this"},
        "membership": {
            "pk": (
                make.make_user(Role.READER, contract.region, name=contract.title)
                .memberships.get()
                .pk
            )
        },
        "invitation": {
            "pk": make.make_invitation(contract.region, email=f"{contract.pk}@example.org").pk
        },
        "program": {"pk": let_read(contract.region, name=contract.title).program.pk},
        "nothing": {"rest": "v1/nergens"},
        "year": {"year": 2024},
        "report": report,
        "report_data": report | {"format": "json"},
        "figure": report | {"figure": "fulfilled"},
        "progress": report | {"part": "kwartaal-1"},
        "town_progress": report | {"part": "kwartaal-1", "municipality": town},
        "report_region": {"region": contract.region.code},
        "story": report | {"story": make.make_story(contract.region).pk},
        "text": report | {"section": "kernboodschap"},
        "town_text": report | {"section": "kernboodschap", "municipality": town},
        "town_figure": report | {"municipality": town, "figure": "fulfilled"},
        "town_report": report | {"municipality": town},
        "town_data": report | {"municipality": town, "format": "json"},
        **upload_places(contract),
    }


def statement_places(contract: Any) -> dict[str, dict[str, Any]]:
    make.make_purchase(contract, paid_on=date(2025, 1, 31))
    made = make.make_statement(contract, 2025)
    return {
        "statement": {"pk": made.pk},
        "statement_code": {"code": made.code},
        "statement_year": {"pk": contract.contractor_id, "contract": contract.pk, "year": 2024},
    }


def desk_places(contract: Any, partner: Any = None) -> dict[str, dict[str, Any]]:
    """A need with a match, and a place for which an account manager proposed somebody."""
    # Who else tells a need: everyone with a contract in the region reads it.
    partner = partner or make.make_partner(contract.region, f"Tuin {contract.region.title}")
    need = make.make_need(partner, f"Moestuin {contract.region.title}")
    place = make.make_place(contract, f"Plek {contract.title}")
    make.make_match(contract, place, reference=CANDIDATE)
    match = make.make_match(contract, need)
    return {
        "partner": {"pk": partner.pk},
        "need": {"pk": need.pk},
        "place": {"pk": place.pk},
        "match": {"pk": match.pk},
    }


def upload_places(contract: Any, owner: Any = None) -> dict[str, dict[str, Any]]:
    sent = {"pk": make.make_upload(contract, owner).pk}
    return {
        "upload": sent,
        "upload_row": sent | {"row": 2},
        "upload_file": sent | {"format": "csv"},
        "upload_kind": {"kind": "contracts"},
    }


def missing(kind: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The address of something that never was, otherwise the same."""
    if "pk" in kwargs:
        return {**kwargs, "pk": MISSING}
    if kind in ("list_file", "upload_kind"):
        return dict.fromkeys(kwargs, "pdf")
    key = "code" if "code" in kwargs else "region"
    return {**kwargs, key: "bestaat-niet"}


def as_role(world: World, role: str) -> Client:
    client = Client()
    if role != ANONYMOUS:
        client.force_login(world.users[role])
    return client


def names(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, (
                f"{pattern.pattern} needs a name, so that it can stand in the table"
            )
            yield pattern.name


def body(response: Any, asked: object = "") -> str:
    """The page without what differs by request: tokens, its own address, and what was asked for in
    it.
    """
    text = re.sub(
        r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "", response.getvalue().decode()
    )
    text = text.replace(response.request["PATH_INFO"], "…")
    for form in {str(asked), quote_plus(str(asked))} if asked else ():
        text = re.sub(rf'(<input[^>]*value="|=|“<bdi>){re.escape(form)}\b', "…", text)
    return text


def test_the_table_names_every_page() -> None:
    assert set(names(get_resolver().url_patterns)) == set(PAGES) | set(ACCOUNT_PAGES)


@pytest.mark.parametrize("role", [*SIGNED_IN, ANONYMOUS, INACTIVE])
def test_own_pages_answer_as_the_table_says(world: World, role: str) -> None:
    found, expected = {}, {}
    client = as_role(world, role)
    for name, page in PAGES.items():
        url = reverse(name, kwargs=world.own[page.of] if page.of else {})
        found[name] = getattr(client, page.method)(url).status_code
        expected[name] = page.code(role)
        # What was sent may have ended the session, or changed what it says.
        if page.method != "get" or (role != ANONYMOUS and SESSION_KEY not in client.session):
            client = as_role(world, role)
    assert found == expected


@pytest.mark.parametrize("role", SIGNED_IN)
def test_foreign_is_answered_as_missing(world: World, role: str) -> None:
    client = as_role(world, role)
    for name, page in PAGES.items():
        for foreign in world.foreign_to(role) if page.of else []:
            kwargs = foreign[page.of]
            if kwargs == world.own[page.of] or is_common(page.of, role, foreign is world.beside):
                continue
            ask = getattr(client, page.method)
            there, nowhere = (
                ask(reverse(name, kwargs=kwargs)),
                ask(reverse(name, kwargs=missing(page.of, kwargs))),
            )
            assert (there.status_code, nowhere.status_code) == (404, 404), (name, kwargs)
            assert body(there) == body(nowhere), name


def is_common(kind: str, role: str, beside: bool) -> bool:
    """What contractors and officers of one region share: its table and its address; what
    contractors there can help with; and what everyone sees who has the code.
    """
    if kind == "statement_code":
        return True
    of_region = ("report", "report_data", "report_region", "figure", "text", "progress", "story")
    of_region = ("table_file", "region_file", *of_region)
    if kind == "need":
        return beside and role == Role.CONTRACTOR
    return beside and kind in ("table", "loaded_table", "row", "region", *of_region)


@pytest.mark.parametrize("role", [ANONYMOUS, INACTIVE])
def test_without_signing_in_all_lead_to_the_sign_in_page(world: World, role: str) -> None:
    client = as_role(world, role)
    for name, page in PAGES.items():
        if page.public or page.method != "get":
            continue
        for kwargs in (
            (world.own[page.of], missing(page.of, world.own[page.of])) if page.of else ({},)
        ):
            url = reverse(name, kwargs=kwargs)
            assert client.get(url)["Location"] == f"{reverse('login')}?next={url}", name


@pytest.mark.parametrize("role", SIGNED_IN)
def test_other_methods_change_nothing(world: World, role: str) -> None:
    client = as_role(world, role)
    for name, page in PAGES.items():
        url = reverse(name, kwargs=world.own[page.of] if page.of else {})
        others = (
            {"get", "post", "put", "patch", "delete"}
            - {page.method, *page.also}
            - ({"post", "put"} if name == "login" else set())
        )
        for method in others:
            assert getattr(client, method)(url).status_code in (
                404,
                405,
                302 if name == "login" else 405,
            ), (
                name,
                method,
            )


def addresses(world: World, role: str) -> Iterator[str]:
    """Every page that the role may open, and every list with what its filters, orders and the
    search can be asked.
    """
    asked = [
        *(
            "?q=C-",
            "?q=wegen",
            "?q=linde",
            "?q=1",
            "?q=kandidaat",
            "?q=drukkerij",
            "?sort=-title",
            "?sort=contractor",
        ),
        *(
            "?sort=latest__candidate_ref",
            "?sort=-contractor__name",
            "?status=on_track",
            "?status=overdue",
            "?year=2023",
        ),
        *(
            "?procurement_type=services",
            "?state=submitted",
            "?state=accepted",
            "?kind=placement",
            "?page=2",
        ),
        *(
            "?silent=6",
            "?ending=12",
            "?adviser=none",
            "?sort=-realised",
            "?sort=-value",
            "?sort=-contracts",
        ),
    ]
    for theirs in (world.own, world.foreign, world.beside):
        asked += [
            f"?contractor={theirs['contractor']['pk']}",
            f"?contract={theirs['contract']['pk']}",
        ]
    asked += [f"?municipality={pk}" for pk in range(1, 5)]
    for name, page in PAGES.items():
        if page.code(role) != 200 or page.method != "get" or name in SLOW:
            continue
        url = reverse(name, kwargs=world.own[page.of] if page.of else {})
        yield url
        if name.endswith("-list") or name == "search" or page.of == "list_file":
            yield from (url + question for question in asked)


@pytest.mark.parametrize("role", SIGNED_IN)
def test_no_page_tells_of_what_is_not_theirs(world: World, role: str) -> None:
    client = as_role(world, role)
    seen = ""
    for url in addresses(world, role):
        text = client.get(url).getvalue().decode()
        if "/rekenhulp/" in url or url in (
            reverse("policy-change", kwargs=world.own["report_region"]),
            reverse("partner-ask"),
        ):
            # Which regions publish a table, and can be trusted or joined, is public.
            text = text.replace(f"Regio {OTHER_REGION}", "")
        seen += text
        for sentinel in FORBIDDEN[role]:
            assert sentinel not in text, (url, sentinel)
    if role in OF_CONTRACTS:
        assert "Wegen" in seen


def test_who_may_see_a_person_does(world: World) -> None:
    url = reverse("fulfilment-detail", kwargs=world.own["fulfilment"])
    shown = {
        role: PERSON in as_role(world, role).get(url).content.decode()
        for role in who_may(May.SEE_FULFILMENTS)
    }
    assert shown == {Role.ADVISER: True, Role.CONTRACTOR: True, Role.REGION_ADMIN: False}


def test_an_officer_sees_totals_per_category(world: World) -> None:
    page = as_role(world, Role.PROCUREMENT_OFFICER).get(
        reverse("contract-detail", kwargs=world.own["contract"])
    )
    text = page.content.decode().replace("\xa0", " ")
    assert "€ 66.666,67" in text  # 40.000 and 40.000 × 24/36
    assert reverse("fulfilment-detail", kwargs=world.own["fulfilment"]) not in text


@pytest.mark.parametrize("role", OF_CONTRACTS)
@pytest.mark.parametrize("name", ["contract-list", "fulfilment-list"])
def test_a_filter_on_a_foreign_contractor_answers_as_on_a_missing_one(
    world: World, role: str, name: str
) -> None:
    client, url = as_role(world, role), reverse(name)
    for foreign in world.foreign_to(role):
        pk = foreign["contractor"]["pk"]
        there, nowhere = (
            client.get(url, {"contractor": pk}),
            client.get(url, {"contractor": MISSING}),
        )
        assert there.status_code == nowhere.status_code == 200
        assert body(there, pk) == body(nowhere, MISSING)


@pytest.mark.parametrize("role", SIGNED_IN)
def test_searching_for_foreign_texts_finds_as_little_as_nonsense(world: World, role: str) -> None:
    client = as_role(world, role)
    nonsense = body(client.get(reverse("search"), {"q": "Nergensvogel"}), "Nergensvogel")
    for sentinel in FORBIDDEN[role]:
        assert body(client.get(reverse("search"), {"q": sentinel}), sentinel) == nonsense, sentinel


def test_an_ended_membership_opens_nothing(world: World) -> None:
    membership = world.users[Role.ADVISER].memberships.get()
    membership.ended_at = make.moment(make.TODAY)
    membership.save()
    client = as_role(world, Role.ADVISER)
    assert client.get(reverse("contract-detail", kwargs=world.own["contract"])).status_code == 404
    assert "Wegen" not in client.get(reverse("contract-list")).content.decode()


def test_several_roles_add_up_and_the_role_in_use_opens_nothing(world: World) -> None:
    user = world.users[Role.CONTRACTOR]
    far = Contractor.objects.get(pk=world.foreign["contractor"]["pk"])
    make.join(user, Role.CONTRACTOR, far.contracts.all()[0].region, contractor=far)
    make.join(user, Role.READER, world.users[Role.ADVISER].memberships.get().region)
    client = as_role(world, Role.CONTRACTOR)
    client.post(reverse("switch-role"), {"role": Role.ADVISER})
    client.post(reverse("switch-role"), {"role": Role.READER})
    for place, code in ((world.own, 200), (world.foreign, 200), (world.beside, 404)):
        assert client.get(reverse("contract-detail", kwargs=place["contract"])).status_code == code
    assert client.get(reverse("contractor-list")).status_code == 404


def test_a_contractor_does_not_see_a_draft_contract(world: World) -> None:
    contract = world.own["contract"]
    Contractor.objects.get(pk=world.own["contractor"]["pk"]).contracts.exclude(
        state="settled"
    ).update(state="draft")
    codes = {
        role: as_role(world, role).get(reverse("contract-detail", kwargs=contract)).status_code
        for role in OF_CONTRACTS
    }
    assert codes == {
        Role.ADVISER: 200,
        Role.REGION_ADMIN: 200,
        Role.PROCUREMENT_OFFICER: 200,
        Role.CONTRACTOR: 404,
    }
