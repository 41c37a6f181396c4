"""What is asked of an adviser who saw a document, or accepts otherwise than was claimed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import BuildingBlock, Contract
from placements.claims import proof, questions
from placements.claims.content import Content
from placements.models import Fulfilment
from placements.recording.forms import DetailsForm
from sroi.fields import euros, text_field

LONGEST_PHRASE = 300


class SeenForm(forms.Form):
    how = text_field(gettext_lazy("What did you see, and how?"), LONGEST_PHRASE)
    keep = forms.BooleanField(label=gettext_lazy("Keep this as a phrase of my own"), required=False)


class PhrasesForm(forms.Form):
    phrases = text_field(
        gettext_lazy("One phrase on each line"),
        6 * LONGEST_PHRASE,
        rows=6,
        required=False,
        help_text=gettext_lazy(
            "Such as: shown at the office. One press then notes that you saw a document that way."
        ),
    )

    def lines(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["phrases"].splitlines() if line.strip()]

    def clean_phrases(self) -> str:
        text: str = self.cleaned_data["phrases"]
        if any(len(line.strip()) > LONGEST_PHRASE for line in text.splitlines()):
            raise ValidationError(
                _("A phrase has at most %(n)s characters.") % {"n": LONGEST_PHRASE}
            )
        return text


def _chosen(
    content: Content, kind: str, data: Mapping[str, Any]
) -> Iterator[tuple[Contract, BuildingBlock, Decimal]]:
    """The allocations with the blocks that were chosen of the same tables."""
    for contract, block, percent in content.allocations:
        chosen = data.get(f"block_{contract.pk}")
        offered = (b for b in block.table.blocks.all() if b.kind == kind and str(b.pk) == chosen)
        yield contract, next(offered, block), percent


class AdjustForm(DetailsForm):
    """What the adviser makes of a claim: other hours, period, block or amount, or a value; always
    with the reason.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        kind: str,
        content: Content,
        there: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        """`there` are the kinds of evidence that are kept or were seen. Asked is what the blocks
        ask that were chosen.
        """
        content = replace(content, allocations=[*_chosen(content, kind, data or {})])
        super().__init__(data, kind=kind, content=content, later=True, **kwargs)
        self.blocks: dict[int, BuildingBlock] = {}
        first: dict[str, forms.Field] = {}
        for contract, block, _percent in content.allocations:
            offered = [b for b in block.table.blocks.all() if b.kind == kind]
            self.blocks |= {b.pk: b for b in offered}
            first[f"block_{contract.pk}"] = forms.TypedChoiceField(
                label=_("Building block for %(contract)s") % {"contract": contract.reference},
                choices=[(b.pk, b.label) for b in offered],
                coerce=int,
                initial=block.pk,
            )
        self.fields = {**first, **self.fields}
        self.fields["decided_value"] = euros(
            _("Another value than computed"),
            required=False,
            help_text=_("For all contracts together. Leave empty to keep what is computed."),
        )
        self.fields["why"] = text_field(
            _("Why?"), 1000, rows=3, help_text=_("The contractor reads this.")
        )
        self.there = there
        if any(code not in there for code in proof.asked(self.blocks.values())):
            self.fields["without_evidence"] = text_field(
                _("Why do you accept it without the evidence that is asked?"),
                1000,
                rows=3,
                required=False,
                help_text=_("Only where it is missing. The contractor reads this."),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        blocks = [block for _contract, block, _percent in self.filled_in().allocations]
        lacking = [code for code in proof.asked(blocks) if code not in self.there]
        if lacking and not cleaned.get("without_evidence") and not self.errors:
            self.add_error("without_evidence", proof.still_missing(lacking))
        return cleaned

    @property
    def shown(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.more and name != "edition"]

    def filled_in(self) -> Content:
        content = super().filled_in()
        content.allocations = [
            (
                contract,
                self.blocks.get(self.cleaned_data.get(f"block_{contract.pk}", 0), block),
                percent,
            )
            for contract, block, percent in content.allocations
        ]
        return content

    def worth(self, about: Fulfilment) -> Decimal:
        """What it would be worth as it is filled in so far: what was decided, or else computed."""
        self.full_clean()
        decided: Decimal | None = self.cleaned_data.get("decided_value")
        if decided is not None:
            return decided
        return questions.total(questions.worth(about.kind, self.filled_in(), about))
