from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from reporting.adoption import door as adoption
from reporting.management.commands import _region
from reporting.notice.editions import Edition, assemble
from reporting.notice.files import data
from reporting.notice.files import html as notice_html
from reporting.notice.files.workbook import as_xlsx


def _kept_or(kind: str, edition: Edition, make: Callable[[], bytes]) -> bytes:
    return adoption.kept(edition.frozen, kind) if edition.frozen else make()


FORMATS: dict[str, Callable[[Edition], bytes]] = {
    "html": lambda edition: notice_html.as_html(edition).encode(),
    "pdf": lambda edition: _kept_or(
        "pdf", edition, lambda: notice_html.as_pdf(edition, timezone.now())
    ),
    "docx": lambda edition: _kept_or(
        "docx", edition, lambda: notice_html.as_word(edition, timezone.now())
    ),
    "xlsx": lambda edition: _kept_or("xlsx", edition, lambda: as_xlsx(edition)),
    "json": lambda edition: data.as_json(edition).encode(),
    "csv": lambda edition: data.as_csv(edition).encode(),
}


class Command(BaseCommand):
    help = (
        "Write the council notice of a region about a year, or the edition of one municipality, to"
        " a file: an accessible PDF, a Word document, one HTML file that holds its own styles and"
        " charts, a workbook with the lines behind the figures, or the figures as JSON or CSV. Of a"
        " final report the files that were kept are written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        _region.add_arguments(parser)
        parser.add_argument("--format", choices=sorted(FORMATS), required=True)
        parser.add_argument(
            "--output", required=True, metavar="FILE", help=_("Where to write it; replaces a file.")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        region, municipality = _region.find(options)
        edition = assemble(region, options["year"], municipality, timezone.localdate())
        content = FORMATS[options["format"]](edition)
        try:
            Path(options["output"]).write_bytes(content)
        except OSError as error:
            reason = {"file": options["output"], "reason": error.strerror}
            raise CommandError(_("Cannot write %(file)s: %(reason)s.") % reason) from None
