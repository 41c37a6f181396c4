"""Which stories a report has, and who may tell them."""

from typing import Any

from django.utils.translation import gettext as _

from reporting.models import AnnualReport, Story
from reporting.notice.editions import Edition
from reporting.texts.written import may_write
from sroi.access import Access
from sroi.templatetags.formats import long_date

# A notice is read by councils: a few say more than many.
MOST = 3


def may_look(access: Access, edition: Edition) -> bool:
    """Who writes the report looks at them with their consents, also when it is final."""
    return edition.municipality is None and may_write(access, edition.region, edition.state)


def may_tell(access: Access, edition: Edition) -> bool:
    """They are frozen with the report: until it is proposed."""
    return edition.state == AnnualReport.State.DRAFT and may_look(access, edition)


def told(edition: Edition) -> Any:
    """All of them, also those that are not shown yet."""
    return Story.objects.filter(report=edition.report) if edition.report else Story.objects.none()


def with_picture(report: AnnualReport, pk: int) -> Story | None:
    """One of the report, for who may read that; None where it has no picture."""
    found: Story | None = Story.objects.filter(report=report, pk=pk).exclude(picture=None).first()
    return found


def what_goes(story: Story) -> list[tuple[Any, Any]]:
    """Whoever removes it is shown what goes with it."""
    return [
        (_("Title"), story.title),
        (_("Text"), story.text),
        (_("Picture"), story.alt),
        (_("Who gave consent"), story.consent_by),
        (_("Day of the consent"), story.consent_on and long_date(story.consent_on)),
    ]
