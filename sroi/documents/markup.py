"""Text that people write, in a small part of Markdown: paragraphs, headings, lists, bold, italic,
`{{ placeholder }}`.

No HTML, links, pictures or code: what is not on the list stays text. A placeholder is filled in
after parsing, so what it stands for is never read as Markdown.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

__all__ = ["PLACEHOLDER", "filled", "names_in", "paragraphs"]

ALLOWED = ("heading", "list", "emphasis", "newline", "escape")
PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z][\w]*)\s*\}\}")
# Below the heading of a section there are two levels: the first one used is the higher.
HEADINGS = ("h3", "h4")

Fill = Callable[[str], SafeString]


def names_in(text: str) -> list[str]:
    """The placeholders that a text names, each once, in their order."""
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


def paragraphs(text: str, fill: Fill) -> list[SafeString]:
    """The HTML of a text, block by block; `fill` gives the HTML of a placeholder by its name."""
    parser, tokens = _parser(), _parser().parse(text)
    _level(tokens)
    blocks = _blocks(tokens)
    return [
        mark_safe(parser.renderer.render(block, parser.options, {"fill": fill})) for block in blocks
    ]


def filled(text: str, fill: Fill) -> SafeString:
    """A line of text in which only placeholders mean something."""
    parts = PLACEHOLDER.split(text)
    return mark_safe(
        "".join(fill(part) if i % 2 else _escaped(part) for i, part in enumerate(parts))
    )


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("zero", {"html": False}).enable(ALLOWED)
    parser.inline.ruler.push("placeholder", _placeholder)
    parser.add_render_rule("placeholder", _filled_in)
    return parser


def _placeholder(state: "StateInline", silent: bool) -> bool:
    match = PLACEHOLDER.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("placeholder", "", 0).content = match[1]
    state.pos = match.end()
    return True


def _filled_in(renderer: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    return str(env["fill"](tokens[index].content))


def _level(tokens: list[Any]) -> None:
    """A heading is one of two levels, and the lower one only stands below a higher one."""
    seen = False
    for token in tokens:
        if token.type == "heading_open":
            lower = seen and int(token.tag[1]) > 3
            seen, tag = True, HEADINGS[lower]
            token.tag = tag
        elif token.type == "heading_close":
            token.tag = tag


def _blocks(tokens: list[Any]) -> Iterator[list[Any]]:
    block: list[Any] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []


def _escaped(text: str) -> str:
    return str(escape(text))
