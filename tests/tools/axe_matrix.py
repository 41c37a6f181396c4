"""Every page, for every role, at 320 and 1280 pixels: what axe reports, what is too wide or cut,
what is not valid HTML.

`make axe` runs it on the demonstration. It follows links from page to page, so a page that is added
is found by itself; of pages that differ only in what they are about (contracts/1/, contracts/2/) it
looks at the first few.
"""

import re
import sys
from typing import Any
from urllib.parse import urljoin, urlsplit

from demo_site import ROLES, Site, arguments, demo_site, interesting

WIDTHS = (1280, 320)
OF_EACH_KIND = 2
# Not pages: files, and what a press of a button does.
SKIPPED = re.compile(
    r"\.(pdf|csv|json|xlsx|docx)$|/(pdf|word|json)/$|/afmelden/|^/(static|bewijsstukken|dossier/documenten)/"
)


# What tells pages of one name apart by their form, and not by what they are about.
TELLING = ("figure", "section", "kind", "step", "part", "name")


def kind_of(path: str) -> tuple[str, ...]:
    """The name of the page, and what else decides how it looks."""
    from django.urls import Resolver404, resolve

    try:
        found = resolve(path)
    except Resolver404:
        return (path,)
    return (
        found.url_name or path,
        *(str(found.kwargs[name]) for name in TELLING if name in found.kwargs),
    )


def walk(site: Site, role: str, start: list[str]) -> dict[str, list[str]]:
    from tests.tools import looking

    faults: dict[str, list[str]] = {}
    seen: dict[tuple[str, ...], int] = {}
    todo, known = list(start), set(start)
    windows = {width: site.context(role, width).new_page() for width in WIDTHS}
    while todo:
        path = todo.pop(0)
        kind = kind_of(path)
        if seen.get(kind, 0) >= OF_EACH_KIND:
            continue
        for width, window in windows.items():
            response = visit(window, site.url + path)
            if (
                response is None
                or response.status != 200
                or "html" not in response.headers.get("content-type", "")
            ):
                break
            found = looking.axe(window) + [
                f"too wide: {element}" for element in looking.wider_than_window(window)
            ]
            found += looking.cut_off(window)
            if width == WIDTHS[0]:
                seen[kind] = seen.get(kind, 0) + 1
                found += looking.html_faults(response.text())
                for link in links(window, site.url):
                    if link not in known:
                        known.add(link)
                        todo.append(link)
            if found:
                where = f"{role or 'anonymous'} {path} at {width}"
                faults[where] = found
                print(where, *found, sep="\n  ", flush=True)
    for window in windows.values():
        window.context.close()
    print(
        f"{role or 'anonymous':<20} {sum(seen.values()):>3} pages × {len(WIDTHS)} widths",
        flush=True,
    )
    return faults


def visit(window: Any, url: str) -> Any:
    """The answer, or None where it is a file."""
    from playwright.sync_api import Error

    try:
        return window.goto(url)
    except Error as fault:
        if "Download is starting" not in fault.message:
            raise
        return None


def links(window: Any, site: str) -> list[str]:
    found: list[str] = window.eval_on_selector_all("a[href]", "links => links.map(a => a.href)")
    paths = [urlsplit(urljoin(site, link)) for link in found]
    return [
        p.path for p in paths if f"{p.scheme}://{p.netloc}" == site and not SKIPPED.search(p.path)
    ]


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    with demo_site(options.folder) as site:
        from demo_site import address

        start = ["/"] + [
            path for name, kwargs in interesting().items() if (path := address(name, kwargs))
        ]
        faults: dict[str, list[str]] = {}
        for role in ROLES:
            faults |= walk(site, role, start)
    print(f"{len(faults)} pages with something to report")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
