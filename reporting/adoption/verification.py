"""Whether a final report still is what the ledger says, as of the posting that closed it, and what
was frozen then.

Contracts, reviews and goals move on, so what a report says of them is a snapshot (contracts active,
how they stood, coverage, what awaited review, goals). It is held by the fingerprint; everything
that is a sum of lines is computed again.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from reporting.adoption.fingerprint import fingerprint
from reporting.figures.annual import figures_of
from reporting.figures.catalogue import FIGURES
from reporting.figures.exchange import figures_as_data, leaves
from reporting.models import AnnualReport, FrozenFile

SNAPSHOT = (
    *(figure.name for figure in FIGURES.values() if figure.moves_on),
    "coverage",
    "goal",
    "contracts_ended",
    "contracts_by_status",
    "due_to_date",
    "quality.contracts_without_report",
    "quality.awaiting_review",
    "quality.self_reviewed",
    "quality.disagreements",
    "quality.settlement_drafts",
)


def differences(report: AnnualReport) -> Iterator[str]:
    """A line per figure, text or file that is not what it was; none where all is equal."""
    for revision in report.revisions.all():
        editions = list(revision.editions.select_related("municipality").order_by("pk"))
        if fingerprint(report, editions) != revision.fingerprint:
            yield (
                f"revision {revision.number}: what was frozen has been changed, the fingerprint"
                " does not fit"
            )
    if report.fingerprint != report.revisions.latest("number").fingerprint:
        yield "the fingerprint of the report is not that of its last revision"
    for file in FrozenFile.objects.filter(edition__revision__report=report).select_related(
        "edition__municipality"
    ):
        if hashlib.sha256(bytes(file.content)).hexdigest() != file.fingerprint:
            yield f"{_of(file.edition)}: the {file.format} has been changed"
    for edition in (
        report.revisions.earliest("number").editions.select_related("municipality").order_by("pk")
    ):
        now = figures_of(
            None,
            report.region,
            report.year,
            edition.municipality,
            as_of=report.last_posting,
            with_standing=False,
        )
        data = figures_as_data(now)
        if "by_client" not in edition.figures:
            # Before clients had a kind, all of them stood among the municipalities.
            data["by_municipality"] = data["by_client"]
        then, again = sums(edition.figures), sums(data)
        # A figure that came later was not among them, and says nothing.
        since = [
            name for name in again if name not in then and name.partition(".")[0] in edition.figures
        ]
        for name in (*then, *since):
            if then.get(name) != again.get(name):
                yield (
                    f"{_of(edition)}: {name} was {then.get(name)}, the ledger says"
                    f" {again.get(name)}"
                )


def sums(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures that are sums of lines, each by its path."""
    paths = {".".join(path): value for path, value in leaves(figures) if path}
    return {
        path: value
        for path, value in paths.items()
        if not f"{path}.".startswith(tuple(f"{s}." for s in SNAPSHOT))
    }


def _of(edition: Any) -> str:
    return edition.municipality.code if edition.municipality else "region"
