"""How the letters of a region look: its logo and colour, what stands at the head and the foot, and
who signs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.models import HouseStyle, Region
from sroi.access import Access, May
from sroi.doors import Objection

TEXTS = ("colour", "sender", "footer", "signatory", "function")
COLOUR = re.compile(r"#[0-9a-f]{6}")
# So many lines fit beside the logo, and under the text of a page.
MOST_LINES = {"sender": 6, "footer": 3}
# WCAG 2.2, 1.4.3: what is written in a colour on white can be read from this ratio on.
LEAST_CONTRAST = 4.5


@dataclass(frozen=True)
class Look:
    """A house style as a letter has it."""

    colour: str = ""
    sender: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()


def may_style(access: Access, region: Region) -> bool:
    return access.may(May.MANAGE_POLICY, region_id=region.pk)


def style_of(region: Region) -> HouseStyle:
    """That of the region; a plain one where it has none."""
    return HouseStyle.objects.filter(region=region).first() or HouseStyle(region=region)


def look_of(style: HouseStyle) -> Look:
    return Look(style.colour, lines_of(style.sender), lines_of(style.footer))


def signed_by(style: HouseStyle, sender: str) -> str:
    """Who signs, with the function; who sends it where the region names nobody."""
    signs = style.signatory or sender
    return "\n".join(word for word in (signs, style.function if style.signatory else "") if word)


def lines_of(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def style_faults(given: Mapping[str, Any]) -> Iterator[Objection]:
    colour = given["colour"]
    if colour and not COLOUR.fullmatch(colour):
        yield Objection("colour", _("Write a colour as # and six signs, as in #0b4a5b."))
    elif colour and contrast_with_white(colour) < LEAST_CONTRAST:
        yield Objection(
            "colour", _("This colour is too light to read on white. Take a darker one.")
        )
    for name, most in MOST_LINES.items():
        if len(lines_of(given[name])) > most:
            words = ngettext(
                "There is room for %(n)s line.", "There is room for %(n)s lines.", most
            )
            yield Objection(name, words % {"n": most})
    if given["function"] and not given["signatory"]:
        yield Objection("signatory", _("Fill in who has this function."))


def contrast_with_white(colour: str) -> float:
    """The contrast ratio of `#rrggbb` with white, from 1 (white) to 21 (black). Source: WCAG 2.2,
    definition of relative luminance.
    """
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    luminance = sum(p * weight for p, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
    return 1.05 / (luminance + 0.05)
