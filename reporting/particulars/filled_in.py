"""What was filled in beside texts and figures, by whom it may be, and what differs from what was
printed.
"""

from contracts.models import Municipality
from reporting.models import AnnualReport, Filing, Supplement
from reporting.notice.editions import Edition, Filed
from reporting.notice.freezing import thawed
from reporting.texts.written import may_write
from sroi.access import Access


def may_file(access: Access, edition: Edition) -> bool:
    return may_write(access, edition.region, edition.state)


def may_supply(access: Access, edition: Edition) -> bool:
    """Frozen with the figures: until the report is final."""
    return edition.state != AnnualReport.State.FINAL and may_write(
        access, edition.region, edition.state
    )


def filing_of(edition: Edition) -> Filing | None:
    report, town = edition.report, edition.municipality
    return Filing.objects.filter(report=report, municipality=town).first() if report else None


def supplement_of(edition: Edition) -> Supplement | None:
    return Supplement.objects.filter(region=edition.region, year=edition.year).first()


def filed_anew(report: AnnualReport) -> list[Municipality | None]:
    """The editions of a final report for which a clerk's particulars are others than those that
    were printed.
    """
    last = report.revisions.order_by("-number").first()
    if last is None:
        return []
    now = {row.municipality_id: Filed.of(row) for row in Filing.objects.filter(report=report)}
    editions = last.editions.select_related("municipality").defer(
        "figures", "facts", "text", "document"
    )
    return [
        e.municipality
        for e in editions
        if now.get(e.municipality_id, Filed()) != thawed(Filed, e.filing)
    ]
