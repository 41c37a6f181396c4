"""What can be measured of a page in a browser, for tests and for the commands that look at every
page.

HTML is checked with tinyhtml5, the parser that comes with WeasyPrint: it follows the HTML standard
and lists what a browser would have to mend. What it does not know is added here: an id that stands
twice, and a reference to none.
"""

import gzip
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tinyhtml5.parser import HTMLParser

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async rules => (
    await axe.run(document, {runOnly: rules, resultTypes: ["violations"]})).violations.map(
    v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(" | "))"""
# What is wider than the window, except in a frame that scrolls by itself; text can stick out of its
# element.
WIDER = """() => { const {scrollWidth, clientWidth} = document.documentElement;
    return scrollWidth <= clientWidth ? [] : ["page of " + scrollWidth + " in " + clientWidth,
        ...[...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll")
            && e.getBoundingClientRect().left
                + Math.max(e.offsetWidth ?? 0, e.scrollWidth) > innerWidth + 1)
            .slice(-5).map(e => e.tagName + "." + e.className)]; }"""
# Words of a drawing that leave it or lie over each other, and drawings in a frame that scrolls.
CUT = """() => { const found = [];
    const seen = e => e.checkVisibility() && e.getBoundingClientRect().width;
    for (const svg of [...document.querySelectorAll("main svg")].filter(seen)) {
        const frame = svg.getBoundingClientRect();
        const words = [...svg.querySelectorAll("text")].map(
            e => [e.textContent, e.getBoundingClientRect()]);
        words.forEach(([said, box], i) => {
            if (box.left < frame.left - 1 || box.right > frame.right + 1)
                found.push("cut in a drawing: " + said);
            words.slice(i + 1).forEach(([other, at]) => {
                if (Math.min(box.right, at.right) - Math.max(box.left, at.left) > 1
                    && Math.min(box.bottom, at.bottom) - Math.max(box.top, at.top) > 3)
                    found.push(said + " lies over " + other); }); });
        const box = svg.closest(".scroll");
        if (box && box.scrollWidth > box.clientWidth + 1) found.push("scrolls: " + svg.id); }
    for (const e of document.querySelectorAll("main .sections"))
        if (e.scrollWidth > e.clientWidth + 1) found.push("scrolls: sections");
    return [...new Set(found)]; }"""
MAX_SHIFT, LOOKS = 0.01, 3
# How much moved without being asked to, and what did.
SHIFT = """() => new Promise(done => { let sum = 0; const moved = [];
    new PerformanceObserver(list => list.getEntries().filter(e => !e.hadRecentInput).forEach(e => {
        sum += e.value;
        e.sources.forEach(
            s => moved.push((s.node?.nodeName ?? "") + "." + (s.node?.className ?? ""))); }))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done([sum, moved]), 150); })"""
FOCUS = """() => { const e = document.activeElement, s = getComputedStyle(e);
    const r = e.getBoundingClientRect();
    return {tag: e.tagName, id: e.id, href: e.getAttribute("href") || "",
            text: (e.innerText || e.name || "").trim(),
        ring: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2,
        seen: r.width > 1 && r.height > 1 && r.bottom > 0 && r.top < innerHeight}; }"""
REFERRING = (
    "for",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "popovertarget",
    "list",
    "headers",
)


def axe(page: Any) -> list[str]:
    page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE, RULES)
    return found


def wider_than_window(page: Any) -> list[str]:
    found: list[str] = page.evaluate(WIDER)
    return found


def cut_off(page: Any) -> list[str]:
    found: list[str] = page.evaluate(CUT)
    return found


def layout_shift(page: Any) -> str:
    """What moved more than the eye may notice, each time the page is opened: a busy machine sends a
    page in pieces.
    """
    for opened in range(LOOKS):
        if opened:
            page.reload()
        total, moved = page.evaluate(SHIFT)
        if total <= MAX_SHIFT:
            return ""
    return f"layout shift {total:.3f} of {moved}"


def focus(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(FOCUS)
    return found


def html_faults(text: str) -> list[str]:
    parser = HTMLParser(namespace_html_elements=False)
    root = parser.parse(text)
    faults = [f"{code} at {position}" for position, code, _more in parser.errors]
    return faults + list(_loose_ends(root))


def _loose_ends(root: Any) -> Iterator[str]:
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    yield from (f"id “{name}” stands {n} times" for name, n in ids.items() if n > 1)
    for element in elements:
        for attribute in REFERRING:
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f"{element.tag} {attribute}=“{name}” refers to nothing"
        link = element.get("href") or ""
        if element.tag == "a" and link.startswith("#") and link[1:] not in ids:
            yield f"link to “{link}” leads nowhere"


class Traffic:
    """What a page fetched: to which hosts, and how heavy it is as production sends it:
    compressed.
    """

    def __init__(self, page: Any) -> None:
        self.hosts: set[str] = set()
        self.responses: list[Any] = []
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("response", lambda response: self.responses.append(response))

    def weight(self) -> int:
        total = 0
        for response in self.responses:
            if urlsplit(response.url).scheme in ("http", "https") and response.status == 200:
                body = response.body()
                small = (
                    "/static/" in response.url or response.headers.get("content-encoding") == "gzip"
                )
                total += min(len(gzip.compress(body)), len(body)) if small else len(body)
        return total
