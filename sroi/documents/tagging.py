"""Mends the structure tree of a PDF: what a screen reader reads is what the page means.

The PDF library makes a table anew on every page it runs over, gives header cells no scope, and tags
running heads as if they were text. Here a table becomes one table again, header cells say what they
head, and all that is repeated for the eye becomes an artifact, which is not read aloud.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sroi.documents.errors import DocumentError

REPEATED = ("/THead", "/TFoot")


class Cell(NamedTuple):
    """A table cell on a page: its HTML elements from table to cell, and its element in the
    structure tree.
    """

    path: tuple[Any, ...]
    element: dict[str, Any]


def mend_structure(document: Any, pdf: Any) -> None:
    """Mend the structure tree in place; called when all pages are drawn and nothing is written
    yet.
    """
    tree = Tree(pdf)
    cells = [cell for page in document.pages for cell in _cells(page._page_box, ())]
    _join_tables(tree, cells)
    _set_scopes(tree, cells)
    _flatten_lists(tree)
    _require_alternatives(tree)
    _make_artifacts(tree)


class Tree:
    """The structure tree, by the few steps needed here."""

    def __init__(self, pdf: Any) -> None:
        self.pdf = pdf
        self.root = self.get(pdf.catalog["StructTreeRoot"])

    def get(self, reference: bytes) -> Any:
        return self.pdf.objects[int(reference.split()[0])]

    def parent(self, element: dict[str, Any]) -> Any:
        return self.get(element["P"])

    def remove(self, element: Any) -> None:
        siblings = self.parent(element)["K"]
        if element.reference in siblings:
            siblings.remove(element.reference)

    def move_kids(self, source: Any, target: Any) -> None:
        for reference in source["K"]:
            self.get(reference)["P"] = target.reference
        target["K"].extend(source["K"])
        source["K"].clear()
        self.remove(source)

    def walk(self) -> Iterator[Any]:
        """Every element that can be reached from the root, in reading order."""
        waiting = list(reversed(self.root["K"]))
        while waiting:
            element = self.get(waiting.pop())
            if element.get("Type") == "/StructElem":
                yield element
                waiting.extend(kid for kid in reversed(element["K"]) if isinstance(kid, bytes))


def _cells(box: Any, path: tuple[Any, ...]) -> Iterator[Cell]:
    """The cells of all tables below a box. `path` holds the HTML table, row group and row around
    it.
    """
    box = getattr(box, "_box", box)
    tag = box.element_tag if getattr(box, "element", None) is not None else None
    if tag == "table" and (not path or path[0] is not box.element):
        path = (box.element,)
    elif tag in ("thead", "tbody", "tfoot", "tr") and path and box.element not in path:
        path = (*path, box.element)
    elif tag in ("th", "td") and hasattr(box, "mark"):
        yield Cell((*path, box.element), box.mark)
    for child in getattr(box, "children", ()):
        yield from _cells(child, path)


def _join_tables(tree: Tree, cells: list[Cell]) -> None:
    """Put the parts of a table on several pages together: one table, one head, and rows in their
    order.
    """
    first: dict[Any, Any] = {}
    for cell in cells:
        for part, element in zip(cell.path, _ancestry(tree, cell), strict=True):
            kept = first.setdefault(part, element)
            if kept is element:
                continue
            if element["S"] in REPEATED:
                tree.remove(element)
                break
            tree.move_kids(element, kept)
    for element in first.values():
        if element["S"] == "/Table":
            # A foot that stood on the first page is read last.
            element["K"].sort(key=lambda reference: tree.get(reference)["S"] == "/TFoot")


def _ancestry(tree: Tree, cell: Cell) -> list[Any]:
    """The elements of the structure tree that belong to the path of a cell, from table to cell."""
    elements = [cell.element]
    for _ in cell.path[1:]:
        elements.insert(0, tree.parent(elements[0]))
    return elements


def _set_scopes(tree: Tree, cells: list[Cell]) -> None:
    """Say of each header cell whether it heads a row or a column.

    Scopes replace the library's lists of headers per cell, whose identifiers repeat from page to
    page.
    """
    for cell in cells:
        cell.element.pop("ID", None)
        cell.element["A"].pop("Headers", None)
        if cell.element["S"] == "/TH":
            in_head = cell.path[1].tag == "thead"
            scope = cell.path[-1].get("scope", "col" if in_head else "row")
            cell.element["A"]["Scope"] = "/Row" if scope.startswith("row") else "/Column"


def _flatten_lists(tree: Tree) -> None:
    """A list holds items only: groups of terms and definitions (`<div>` in a `<dl>`) give way to
    what they hold.
    """
    for element in list(tree.walk()):
        if element["S"] == "/L":
            while groups := [
                kid for kid in element["K"] if tree.get(kid)["S"] not in ("/L", "/LI", "/Caption")
            ]:
                _replace_by_kids(tree, element, groups[0])


def _replace_by_kids(tree: Tree, parent: Any, reference: bytes) -> None:
    group, position = tree.get(reference), parent["K"].index(reference)
    for kid in group["K"]:
        tree.get(kid)["P"] = parent.reference
    parent["K"][position : position + 1] = group["K"]


def _require_alternatives(tree: Tree) -> None:
    if any(element["S"] == "/Figure" and not element.get("Alt") for element in tree.walk()):
        raise DocumentError(
            "A figure has no text alternative: an <svg> needs a <title> of its own, an <img> an"
            " alt."
        )


def _make_artifacts(tree: Tree) -> None:
    """What is drawn but not in the tree (running heads, repeated table heads) becomes an
    artifact.
    """
    reached = {element.number for element in tree.walk()}
    numbers = tree.get(tree.root["ParentTree"])["Nums"]
    pages = [tree.get(reference) for reference in _references(tree.pdf.pages["Kids"])]
    for page, references in zip(pages, numbers[1 : 2 * len(pages) : 2], strict=True):
        artifacts = set()
        for mcid, reference in enumerate(references):
            if int(reference.split()[0]) not in reached:
                artifacts.add(mcid)
                references[mcid] = "null"
        _redraw_as_artifacts(tree.get(page["Contents"]), artifacts)
    for reference in numbers[2 * len(pages) + 1 :: 2]:
        if int(reference.split()[0]) not in reached:
            raise DocumentError(
                "A running head or the head of a table holds a link, which cannot be read there."
            )
    for number, element in enumerate(tree.pdf.objects):
        if (
            number not in reached
            and isinstance(element, dict)
            and element.get("Type") == "/StructElem"
        ):
            element.clear()


def _references(flat: list[Any]) -> list[bytes]:
    """`[3, 0, 'R', 7, 0, 'R']` as references."""
    return [f"{number} 0 R".encode() for number in flat[::3]]


def _redraw_as_artifacts(stream: Any, artifacts: set[int]) -> None:
    """In a content stream, `/Span <</MCID 3>> BDC` becomes `/Artifact BMC`."""
    operators = stream.stream
    for index, properties in enumerate(operators):
        if isinstance(properties, dict) and properties.get("MCID") in artifacts:
            operators[index - 1 : index + 2] = ["/Artifact", b"", b"BMC"]
