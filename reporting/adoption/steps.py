"""The steps that an annual report can take, in the words of the page that asks before one is
taken.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.models import Region
from reporting.adoption.rights import can_be_revised, may_finalise, may_propose, may_send_back
from reporting.models import AnnualReport
from reporting.notice.editions import Edition
from sroi.access import Access

Text = str | Promise
State = AnnualReport.State


@dataclass(frozen=True)
class ReportStep:
    """A step from one state: who may take it, what the page says, and what is said when it is
    done.
    """

    name: str
    of: str
    may: Callable[[Access, Region], bool]
    heading: Text
    text: Text
    action: Text
    done: Text
    with_reason: bool = False

    @property
    def url_name(self) -> str:
        return f"report-{self.name}"


STEPS = {
    step.name: step
    for step in (
        ReportStep(
            "propose",
            State.DRAFT,
            may_propose,
            _("Propose the report?"),
            _(
                "The region admin is asked to make it final. Until then the figures still follow"
                " what is posted."
            ),
            _("Propose"),
            _("Proposed. The region admin can now make it final."),
        ),
        ReportStep(
            "send-back",
            State.PROPOSED,
            may_send_back,
            _("Back to draft?"),
            _("The report becomes a draft again. Say what has to change first."),
            _("Back to draft"),
            _("The report is a draft again."),
            with_reason=True,
        ),
        ReportStep(
            "finalise",
            State.PROPOSED,
            may_finalise,
            _("Make the report final?"),
            _(
                "Figures and text of the region and of every municipality are kept as they are now,"
                " and the year is closed. What is posted about it later counts in the next open"
                " year. This cannot be undone."
            ),
            _("Make final"),
            _("Final. The year is closed, and readers can open the report."),
        ),
        ReportStep(
            "revise",
            State.FINAL,
            may_finalise,
            _("Revise the text?"),
            _(
                "For a mistake in the text. The figures stay as they are. The revision gets a"
                " number, and the reason is printed in it; what was adopted before is kept"
                " beside it."
            ),
            _("Make a revision"),
            _("The revision is made."),
            with_reason=True,
        ),
        ReportStep(
            "publish",
            State.FINAL,
            may_finalise,
            _("Publish the report?"),
            _(
                "Everyone can then read the report and its data without signing in, at an address"
                " that stays. This cannot be undone. A mistake in the text becomes a revision,"
                " which then stands there."
            ),
            _("Publish"),
            _("Published. Everyone can read the report now."),
        ),
    )
}


def steps_for(access: Access, edition: Edition) -> list[ReportStep]:
    """What this person can do with the report as it stands; a year that runs is not proposed."""
    if edition.municipality or edition.is_running:
        return []
    steps = [
        step
        for step in STEPS.values()
        if step.of == edition.state and step.may(access, edition.region)
    ]
    return [step for step in steps if _is_open(step, edition)]


def _is_open(step: ReportStep, edition: Edition) -> bool:
    if step.name == "publish":
        return not edition.is_published
    return step.name != "revise" or can_be_revised(edition.report)
