"""What is no page that one opens: accepting, figures, the report, verification, the start of a
command, and files (`files.py`). Whatever is written is rolled back.
"""

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.urls import reverse

from contracts.models import Region
from placements.ledger.verification import differences
from placements.models import FulfilmentLine, FulfilmentState, FulfilmentVersion
from reporting.figures.annual import figures_of
from sroi.access import Role
from tests import factories as make
from tests.tools.bench.files import exports, imports, rolled_back
from tests.tools.bench.pages import BARE, against_the_admin, client_of, opened
from tests.tools.bench.register.sizes import Size
from tests.tools.bench.rows import Row
from tests.tools.bench.timing import TooLong, at_most, compare, taken
from tests.whole.test_access import World

SIX_YEARS = range(make.TODAY.year - 5, make.TODAY.year + 1)
# Of `verify_ledger` the largest region is looked at that has no more fulfilments.
MOST_VERIFIED = 8000
MOST_SECONDS = 600
OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")


def tried(goal: str, measure: Callable[..., Iterator[Row]], *given: Any) -> Iterator[Row]:
    """What takes too long or fails is a row that says so."""
    try:
        with at_most(MOST_SECONDS):
            yield from measure(*given)
    except TooLong:
        yield Row(goal, "", said=f"takes more than {MOST_SECONDS} s")
    except Exception as error:
        yield Row(goal, "", said=f"fails: {type(error).__name__} {str(error)[:80]}")


def figures(world: World, size: Size, pairs: int) -> Iterator[Row]:
    region = Region.objects.get(code="gooi")

    def ours() -> None:
        for year in SIX_YEARS:
            figures_of(None, region, year, today=make.TODAY)

    def grouped() -> None:
        lines = FulfilmentLine.objects.filter(contract__region=region).order_by()
        list(lines.values("booked", "category", "municipality").annotate(Sum("amount")))

    found = compare(ours, grouped, pairs)
    yield Row("figures", "the largest region", found.ratio, found.pairs, ms=found.ours * 1000)


def report(world: World, size: Size, pairs: int) -> Iterator[Row]:
    """The PDF with its figures, text, tags and metadata; beside it one of ready-made HTML."""
    import weasyprint
    from django.utils import timezone
    from weasyprint.text.fonts import FontConfiguration

    from reporting.notice.editions import assemble
    from reporting.notice.files import html as notice_html
    from sroi.documents.fetching import BASE_URL, StaticFetcher
    from sroi.documents.pdf import STYLESHEETS

    region, year, now = Region.objects.get(code="gooi"), make.TODAY.year - 1, timezone.now()
    html = notice_html.document(assemble(region, year, None, make.TODAY))

    def ours() -> bytes:
        return notice_html.as_pdf(assemble(region, year, None, make.TODAY), now)

    def bare() -> bytes:
        how: dict[str, Any] = {"url_fetcher": StaticFetcher(), "media_type": "print"}
        fonts = FontConfiguration()
        styles = [weasyprint.CSS(url=BASE_URL + s, font_config=fonts, **how) for s in STYLESHEETS]
        source = weasyprint.HTML(string=html, base_url=BASE_URL, **how)
        return bytes(source.write_pdf(stylesheets=styles, font_config=fonts))

    found = compare(ours, bare, min(pairs, 5))
    yield Row("report", "the largest region", found.ratio, found.pairs, ms=found.ours * 1000)


def accepting(world: World, size: Size, pairs: int) -> Iterator[Row]:
    """The answer on the page of a claim; beside it a bare page, and the same SQL as it was sent."""
    client = client_of(world, Role.ADVISER)
    waiting = FulfilmentVersion.objects.get(
        fulfilment=world.own["waiting"]["pk"], state=FulfilmentState.SUBMITTED
    )
    url = reverse("review", kwargs=world.own["waiting"])
    given = {"answer": "accept", "version": waiting.pk, "edition": waiting.edition}
    given["without_evidence"] = "Gezien"
    asked: list[tuple[str, Any]] = []

    def ours() -> None:
        with rolled_back():
            answer = client.post(url, given)
            assert answer.status_code == 302, answer.status_code

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ours()
    said = [(sql, params) for sql, params in asked if not sql.startswith(OF_TRANSACTIONS)]

    def floor() -> None:
        with rolled_back(), connection.cursor() as cursor:
            opened(client, BARE)
            for sql, params in said:
                cursor.execute(sql, params)
                if cursor.description:
                    cursor.fetchall()

    found = compare(ours, floor, pairs)
    yield Row(
        "accept", "a purchase", found.ratio, found.pairs, len(said), round(found.ours * 1000, 1)
    )


def verification(world: World, size: Size, pairs: int) -> Iterator[Row]:
    counted = Region.objects.annotate(n=Count("fulfilments")).filter(n__lte=MOST_VERIFIED)
    region = counted.order_by("n").last()
    faults: list[str] = []
    took = taken(lambda: faults.extend(differences([region], make.TODAY)))
    said = f"finds {len(faults)} differences: {faults[0]}" if faults else ""
    words = f"a region of {region.n:,} fulfilments"
    yield Row("verify", words, took * 1000 / region.n, 1, ms=round(took * 1000), said=said)


def start(world: World, size: Size, pairs: int) -> Iterator[Row]:
    contrib = ", ".join(f"'django.contrib.{a}'" for a in ("auth", "contenttypes", "sessions"))
    bare = f"from django.conf import settings as s; s.configure(INSTALLED_APPS=[{contrib}])"
    bare += "; import django; django.setup()"
    python = [sys.executable, "-W", "ignore"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "sroi.settings"}

    def seconds(command: list[str]) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*python, *command], env=environment, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    both = [(seconds(["manage.py", "check"]), seconds(["-c", bare])) for _pair in range(pairs)]
    ours = statistics.median(a for a, _b in both)
    ratio = statistics.median(a / b for a, b in both)
    yield Row("check", "manage.py check", ratio, pairs, ms=round(ours * 1000))


def admin(world: World, size: Size, pairs: int) -> Iterator[Row]:
    yield from against_the_admin(world, pairs)


ALL: dict[str, Callable[..., Iterator[Row]]] = {
    "list-admin": admin,
    "figures": figures,
    "report": report,
    "accept": accepting,
    "csv": exports,
    "verify": verification,
    "import": imports,
    "check": start,
}
