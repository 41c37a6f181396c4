"""The one door for the stories of a report, while it is a draft. Whether a picture may be kept is
judged before it comes here (`sroi.files.checking.photo`).

Nothing is overwritten unseen: who saves says what was on the screen.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Policy
from contracts.owed.terms import policy_on
from reporting.models import AnnualReport, Story
from reporting.notice.editions import Edition
from reporting.stories.told import MOST
from reporting.texts.door import locked, tidy
from sroi.doors import Act, Refused, key_of, refuse_overtaken, refuse_to_come
from sroi.history.keeping import signed
from sroi.periods import add_months


@dataclass(frozen=True)
class Given:
    """What a story says. `picture` is a new one, or None to leave what there is, unless
    `without_picture`.
    """

    title: str
    text: str
    picture: bytes | None = None
    alt: str = ""
    without_picture: bool = False
    consent_by: str = ""
    consent_on: date | None = None


def as_kept(story: Story) -> str:
    """What a change of it starts from, as it is stored now."""
    now = Story.objects.filter(pk=story.pk).first()
    if now is None:
        return ""
    seen = hashlib.sha256(bytes(now.picture or b"")).hexdigest()
    return key_of(now.title, now.text, seen, now.alt, now.consent_by, now.consent_on)


@transaction.atomic
def add(edition: Edition, given: Given, act: Act) -> Story:
    report = _draft(edition)
    if Story.objects.filter(report=report).count() >= MOST:
        raise Refused(
            _("A report has at most %(n)s stories. Remove one first, or change it.") % {"n": MOST}
        )
    return _saved(Story(report=report), given, act)


@transaction.atomic
def change(edition: Edition, story: Story, given: Given, act: Act, shown: str | None) -> Story:
    """`shown` is the `as_kept` that was on the screen."""
    report = _draft(edition)
    now = Story.objects.filter(pk=story.pk, report=report).first()
    if now is None:
        raise Refused(_("This story was removed already."))
    refuse_overtaken(shown, as_kept(now))
    return _saved(now, given, act)


@transaction.atomic
def remove(edition: Edition, story: Story, act: Act) -> None:
    """It goes with its picture and the name of who gave consent; that it was there remains."""
    report = _draft(edition)
    now = Story.objects.filter(pk=story.pk, report=report).first()
    if now is None:
        raise Refused(_("This story was removed already."))
    signed(now, act).delete()


def consents_over(today: date) -> list[Story]:
    """Stories of which the name of who gave consent was kept as long as the policy of their region
    says.
    """
    kept = Story.objects.exclude(consent_by="").select_related("report").order_by("pk")
    policies = defaultdict(list)
    for policy in Policy.objects.filter(region__in={s.report.region_id for s in kept}):
        policies[policy.region_id].append(policy)

    def is_over(story: Story) -> bool:
        policy = policy_on(policies[story.report.region_id], today)
        on, months = story.consent_on, policy.retention_consent_months if policy else None
        return bool(on and months is not None and add_months(on, months) <= today)

    return [story for story in kept if is_over(story)]


def forget_consents(act: Act) -> int:
    """Erase who gave consent once that time is over: that there was consent, and when, stays."""
    with transaction.atomic():
        over = consents_over(act.today)
        for story in over:
            story.consent_by = ""
            signed(story, act).save()
    return len(over)


def _saved(story: Story, given: Given, act: Act) -> Story:
    refuse_to_come(given.consent_on, act.today)
    if bool(given.consent_by) != bool(given.consent_on):
        raise Refused(_("Say who gave consent and on which day, or leave both empty."))
    picture = None if given.without_picture else given.picture or story.picture
    if picture and not given.alt:
        raise Refused(_("Say what the picture shows, for who cannot see it."))
    story.title, story.text = given.title, tidy(given.text)
    story.picture, story.alt = picture, given.alt if picture else ""
    story.consent_by, story.consent_on = given.consent_by, given.consent_on
    signed(story, act).save()
    return story


def _draft(edition: Edition) -> AnnualReport:
    report = locked(edition)
    if report.state != AnnualReport.State.DRAFT or edition.municipality:
        raise Refused(_("Stories are changed while the report of the region is a draft."))
    return report
