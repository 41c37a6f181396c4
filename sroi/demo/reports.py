"""The demonstration's annual reports: the years that were made final and published, with what was
written for the last of them.
"""

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from contracts.models import Region
from reporting.adoption import door as adoption
from reporting.models import Supplement
from reporting.notice.editions import Filed, assemble
from reporting.particulars import door as particulars
from reporting.stories import door as stories
from reporting.stories.door import Given
from reporting.texts import door as texts
from sroi.demo.data import FOLDER
from sroi.doors import Act

ZONE = ZoneInfo("Europe/Amsterdam")


def fill_in(region: Region, act: Act) -> None:
    """What `report.json` of the region says, through the doors; nothing where there is no such
    file.
    """
    data = _data(region)
    if not data:
        return
    particulars.supply(
        assemble(region, data["year"], None, act.today), _typed(data["supplement"]), seen=0, act=act
    )
    whole = assemble(region, data["year"], None, act.today)
    for section, text in data["texts"].items():
        texts.write(whole, section, text, seen=0, everywhere=True, act=act)
    for story in data.get("stories", []):
        given = Given(**story | {"consent_on": date.fromisoformat(story["consent_on"])})
        stories.add(assemble(region, data["year"], None, act.today), given, act)
    for code, filed in data["filings"].items():
        town = region.municipalities.get(code=code) if code else None
        day = date.fromisoformat(filed["on"]) if "on" in filed else None
        particulars.file(
            assemble(region, data["year"], town, act.today),
            Filed(**filed | {"on": day}),
            seen=0,
            act=act,
        )


def adopt(region: Region, by: Any, today: date) -> None:
    """The years that `report.json` names, made final and published on their days, as far as
    those have been.
    """
    for adopted in _data(region).get("adopted", []):
        days = [date.fromisoformat(adopted[name]) for name in ("final_on", "published_on")]
        if days[1] > today:
            continue
        final, published = (
            Act(by, datetime.combine(day, time(11), tzinfo=ZONE), day) for day in days
        )
        adoption.propose(region, adopted["year"], final)
        adoption.make_files.enqueue(adoption.finalise(region, adopted["year"], final).pk)
        adoption.publish(region, adopted["year"], published)


def _data(region: Region) -> dict[str, Any]:
    path = FOLDER / region.code / "report.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """The fields that are left out empty, and amounts as decimals."""
    found = {name: getattr(Supplement(), name) for name in particulars.SUPPLIED} | values
    words = ("team_note", "scenario_note", "year_note")
    return {
        name: Decimal(value) if isinstance(value, str) and name not in words else value
        for name, value in found.items()
    }
