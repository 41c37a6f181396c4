"""An adopted edition as one folder for the archive: the PDF/A as it is kept, the open data with
their schema, the metadata as MDTO, and the SHA-256 of each file.

The same edition gives the same bytes. Small numbers are hidden as in what is published, so that a
folder can be handed on.
"""

import io
import json
import zipfile
from hashlib import sha256

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate

from reporting.notice.addresses import address
from reporting.notice.editions import Edition
from reporting.notice.files import data, mdto
from reporting.notice.files.schema import schema
from reporting.notice.notice import CouncilNotice
from sroi.periods import Period

# Zip knows no earlier day; it stands for "no day", so that the bytes say nothing of a clock.
NO_DAY = (1980, 1, 1, 0, 0, 0)
HASHES = "sha256.txt"


def schema_address() -> str:
    return settings.SITE_URL + reverse("report-schema")


def as_archive(edition: Edition, pdf: bytes) -> bytes:
    assert edition.frozen
    made_at = edition.frozen.revision.made_at
    with translation.override(data.LANGUAGE):
        notice = CouncilNotice(edition)
        folder, about = notice.file_name, _about(edition, notice)
    described = json.dumps(schema(schema_address()), indent=2, ensure_ascii=False)
    files = {
        f"{folder}.pdf": pdf,
        "open-data.json": data.as_json(edition, public=True).encode(),
        "open-data.csv": data.as_csv(edition, public=True).encode(),
        "open-data.schema.json": described.encode(),
    }
    metadata = {f"{folder}.mdto.xml": mdto.of_report(about, list(files))} | {
        f"{name}.mdto.xml": mdto.of_file(about, name, content, made_at)
        for name, content in files.items()
    }
    files |= metadata
    lines = (f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return _zipped(folder, files | {HASHES: "".join(lines).encode()})


def _about(edition: Edition, notice: CouncilNotice) -> mdto.About:
    year = Period.year(edition.year)
    assert edition.finalised_on
    published = edition.report.published_at if edition.report else None
    return mdto.About(
        address=settings.SITE_URL + address("", edition),
        name=notice.title,
        maker=edition.region.title_nl,
        place=edition.municipality.name if edition.municipality else edition.region.title_nl,
        first=year.first,
        last=year.last,
        adopted_on=edition.finalised_on,
        published_on=published and localdate(published),
    )


def _zipped(folder: str, files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", NO_DAY)
            made.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
