"""What proves that a report is as it was adopted."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from reporting.figures.catalogue import FIGURES
from reporting.models import AnnualReport, FrozenEdition
from sroi.periods import Period


def definitions(year: int) -> dict[str, Any]:
    """Per figure its ledger and the lines of it that count, as the database was asked for them."""
    period = Period.year(year)
    return {
        name: {"ledger": figure.ledger.value, "lines": str(figure.lines(period))}
        for name, figure in FIGURES.items()
        if figure.ledger and figure.lines
    }


def fingerprint(report: AnnualReport, editions: Iterable[FrozenEdition]) -> str:
    """SHA-256 over all that was frozen: figures, texts, definitions, goals and the last posting."""
    content = {
        "region": report.region.code,
        "year": report.year,
        "last_posting": report.last_posting,
        "definitions": report.definitions,
        "goals": report.goals,
        "outlook": report.outlook,
        "editions": [
            [
                edition.figures["municipality"],
                edition.figures,
                edition.facts,
                edition.filing,
                edition.text,
                edition.document,
            ]
            for edition in editions
        ],
    }
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()
