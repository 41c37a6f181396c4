"""What was published, described for data portals as DCAT-AP-NL 3.0 (JSON-LD): a catalogue of the
region with a data set for each report. Source: docs.geostandaarden.nl/dcat/dcat-ap-nl30.
"""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localdate

from contracts.models import Municipality, Region
from reporting.notice.files.archive import schema_address
from reporting.notice.shelf import PublishedRegion, PublishedYear
from sroi.periods import Period

CONTENT_TYPE = "application/ld+json"
LANGUAGE = "nl"
EU = "http://publications.europa.eu/resource/authority"
CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# What a public body made known can be used by everyone: nothing is reserved here.
LICENCE = {"@id": "http://creativecommons.org/publicdomain/zero/1.0/"}
# By format of the open data: the file type of the EU, and the media type.
FORMATS = {"json": ("JSON", "application/json"), "csv": ("CSV", "text/csv")}
PDF = ("PDF", "application/pdf")


def catalogue(shelf: PublishedRegion) -> dict[str, Any]:
    region = shelf.region
    sets = [
        _data_set(region, year, town)
        for year in shelf.years
        for town in (None, *year.municipalities)
    ]
    return {
        "@context": CONTEXT,
        "@id": _address("report-catalogue", region=region.code),
        "@type": "dcat:Catalog",
        "dct:title": _dutch(f"Jaarverslagen social return {region.title_nl}"),
        "dct:description": _dutch(
            "Wat social return heeft opgeleverd, per jaar, voor de regio en per gemeente."
        ),
        "dct:publisher": _agent(region),
        "dct:creator": _agent(region),
        "dcat:contactPoint": _contact(region),
        "dct:language": {"@id": f"{EU}/language/NLD"},
        "dct:license": LICENCE,
        "foaf:homepage": {"@id": _address("report-region", region=region.code)},
        "dct:issued": _day(min(year.published_at for year in shelf.years)),
        "dct:modified": _day(max(year.published_at for year in shelf.years)),
        "dcat:dataset": sets,
    }


def _data_set(region: Region, year: PublishedYear, town: Municipality | None) -> dict[str, Any]:
    where: dict[str, Any] = {"region": region.code, "year": year.year}
    twin = "report-municipality" if town else "report"
    if town:
        where["municipality"] = town.slug
    page = _address(twin if town else "report-detail", **where)
    name, period = town.name if town else region.title_nl, Period.year(year.year)
    files = [
        _file(_address(f"{twin}-open-data", **where, format=kind), kinds, described=kind == "json")
        for kind, kinds in FORMATS.items()
    ]
    return {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": page,
        "dct:title": _dutch(f"Social return in {name}: resultaten {year.year}"),
        "dct:description": _dutch(
            f"Cijfers en tabellen van het jaarverslag over social return in {name} in {year.year}:"
            " werkplekken, ingevulde waarde, contractwaarde en doelen. Kleine aantallen zijn"
            " afgeschermd."
        ),
        "dct:accessRights": {"@id": f"{EU}/access-right/PUBLIC"},
        "dct:publisher": _agent(region),
        "dct:creator": _agent(region),
        "dcat:contactPoint": _contact(region),
        "dcat:theme": [{"@id": f"{EU}/data-theme/SOCI"}, {"@id": f"{EU}/data-theme/GOVE"}],
        "dcat:keyword": [_dutch(word) for word in ("social return", "aanbesteden", "werk")],
        "dct:language": {"@id": f"{EU}/language/NLD"},
        "dcat:landingPage": {"@id": page},
        "dct:issued": _day(year.published_at),
        "dct:accrualPeriodicity": {"@id": f"{EU}/frequency/ANNUAL"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _date(period.first),
            "dcat:endDate": _date(period.last),
        },
        "dcat:distribution": [*files, _file(_address(f"{twin}-pdf", **where), PDF)],
    }


def _file(address: str, kinds: tuple[str, str], *, described: bool = False) -> dict[str, Any]:
    kind, media = kinds
    conforms = {"dct:conformsTo": {"@id": schema_address()}} if described else {}
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dct:license": LICENCE,
        "dct:format": {"@id": f"{EU}/file-type/{kind}"},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
        "dct:language": {"@id": f"{EU}/language/NLD"},
        **conforms,
    }


def _agent(region: Region) -> dict[str, Any]:
    return {
        "@type": "foaf:Agent",
        "foaf:name": _dutch(region.title_nl),
        "dct:type": {"@id": "http://purl.org/adms/publishertype/LocalAuthority"},
    }


def _contact(region: Region) -> dict[str, Any]:
    return {
        "@type": "vcard:Organization",
        "vcard:fn": _dutch(region.title_nl),
        "vcard:hasURL": {"@id": _address("report-region", region=region.code)},
    }


def _address(name: str, **where: Any) -> str:
    return settings.SITE_URL + reverse(name, kwargs=where)


def _dutch(text: str) -> dict[str, str]:
    return {"@value": text, "@language": LANGUAGE}


def _day(moment: datetime) -> dict[str, str]:
    return _date(localdate(moment))


def _date(day: date) -> dict[str, str]:
    return {"@value": day.isoformat(), "@type": "xsd:date"}
