"""How long the PDF of the annual report takes, beside the PDF library by itself on the same HTML:
run by hand.

    DATABASE_URL=sqlite:///var/demo.sqlite3 .venv/bin/python tests/tools/bench_report.py REGION YEAR
    [PAIRS]

Both are warm and taken in turn (A B A B); what counts is the median of the ratios. A is all that a
request does after its edition was found: the figures, the text, the PDF with its tags and metadata.
B is given the HTML ready-made and writes a plain PDF. Time is that of the processor, so that other
work on the machine does not count.
"""

import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sroi.settings")


def taken(work: Any) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def main(code: str, year: int, pairs: int) -> None:
    import django

    django.setup()
    import weasyprint
    from django.utils import timezone
    from weasyprint.text.fonts import FontConfiguration

    from contracts.models import Region
    from reporting.notice.editions import assemble
    from reporting.notice.files import html as notice_html
    from sroi.documents.fetching import BASE_URL, StaticFetcher
    from sroi.documents.pdf import STYLESHEETS

    region, now = Region.objects.get(code=code), timezone.now()
    today = timezone.localdate(now)
    html = notice_html.document(assemble(region, year, None, today))

    def ours() -> bytes:
        return notice_html.as_pdf(assemble(region, year, None, today), now)

    def bare() -> bytes:
        fetcher, fonts = StaticFetcher(), FontConfiguration()
        styles = [
            weasyprint.CSS(
                url=BASE_URL + name, url_fetcher=fetcher, font_config=fonts, media_type="print"
            )
            for name in STYLESHEETS
        ]
        source = weasyprint.HTML(
            string=html, base_url=BASE_URL, url_fetcher=fetcher, media_type="print"
        )
        return bytes(source.write_pdf(stylesheets=styles, font_config=fonts))

    ours(), bare()
    times = [(taken(ours), taken(bare)) for _pair in range(pairs)]
    figures = statistics.median(
        taken(lambda: assemble(region, year, None, today)) for _time in range(pairs)
    )
    mine, plain = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(a / b for a, b in times)
    print(
        f"A {mine:.2f} s (figures {figures:.2f} s), B {plain:.2f} s, median of {pairs} ratios A/B:"
        f" {ratio:.2f}"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 7)
