"""What was frozen is words, as they were fixed by their fingerprint: the figures that are marked in
them, and the headings, are found again when they are shown. What is live is never read like this:
its links are put in when it is rendered.
"""

import re
from collections.abc import Mapping

from django.utils.safestring import SafeString, mark_safe

from sroi.templatetags.formats import Links, linked

FIGURE = re.compile(r'(?<= data-figure=")(?P<name>[^"]+)(?P<rest>"[^>]*>)(?P<text>[^<]*)(?=<)')
HEADING = re.compile(r'<section id="(?P<id>[a-z-]+)"[^>]*>\s*<h2>[^<]*</h2>')


def opened(text: SafeString, links: Links | None, pens: Mapping[str, SafeString]) -> SafeString:
    """With its figures as links, and the way to write a section under its heading."""

    def link(match: re.Match[str]) -> str:
        name = match["name"].replace("&amp;", "&")
        return f"{match['name']}{match['rest']}{linked(mark_safe(match['text']), name, links)}"

    found = FIGURE.sub(link, text) if links else text
    return mark_safe(HEADING.sub(lambda match: match[0] + pens.get(match["id"], ""), found))
