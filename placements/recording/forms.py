"""What is asked when a fulfilment is recorded: only the fields that its blocks use, each with its
own fault.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import BlockKind, BuildingBlock, Contract
from placements.claims import questions, requirements, suppliers, whole
from placements.claims.content import FROM_THE_FIRST_DAY, Content
from placements.claims.doubts import DOUBTED, claim_doubts
from placements.claims.fields import answer_field, fact_name
from placements.claims.people import residences
from placements.claims.requirements import MOST_QUANTITY
from placements.claims.words import KIND_WORDS, card, condition_of, example_worth
from placements.models import Fulfilment, Origin
from placements.models.fulfilment import KINDS
from sroi.exchange import decimal_number, hours_per_week, whole_number
from sroi.fields import (
    Day,
    DoubtingForm,
    ParsedField,
    VisibleRows,
    euros,
    kvk_field,
    text_field,
)
from sroi.templatetags.formats import percent, short_date


def block_words(block: BuildingBlock) -> str:
    """What a block is worth, and for whom it counts where the table says so."""
    return ". ".join(
        filter(None, (example_worth(block), suppliers.open_for(block), condition_of(block)))
    )


# --- what -----------------------------------------------------------------------------------------


class WhatForm(forms.Form):
    """For which contracts, what kind, and per valuation table which block; with several contracts
    also the shares.

    The blocks appear once contracts and kind are known: `asked` says for which choice they were
    shown.
    """

    contracts: Any = VisibleRows(
        queryset=None,
        label=gettext_lazy("For which contract does it count?"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choice-cards"}),
        error_messages={"required": gettext_lazy("Choose at least one contract.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What did you do?"),
        choices=lambda: [(kind, card(*KIND_WORDS[BlockKind(kind)])) for kind, _label in KINDS],
        widget=forms.RadioSelect(attrs={"class": "choice-cards"}),
        error_messages={"required": gettext_lazy("Choose what you did.")},
    )
    asked = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)

    def __init__(
        self,
        data: Any = None,
        *,
        open_contracts: Any,
        chosen: Sequence[str],
        kind: str,
        fixed_kind: bool = False,
        parts: Sequence[tuple[Contract, BuildingBlock, Decimal]] = (),
        in_regions: bool = False,
        elsewhere: Decimal | None = None,
        **kwargs: Any,
    ) -> None:
        """`in_regions`: the same can count in other regions too. `elsewhere` is the part that does,
        of what is linked as the same; None where it is not linked.
        """
        super().__init__(data, **kwargs)
        self.in_regions, self.elsewhere = in_regions, elsewhere
        rows = list(open_contracts.prefetch_related("table__blocks"))
        known = {str(contract.pk): contract for contract in rows}
        contracts: Any = self.fields["contracts"]
        contracts.queryset = open_contracts
        # Of the rows that were read: by itself the field reads them anew.
        contracts.choices = [(c.pk, card(c.title, c.reference)) for c in rows]
        if len(rows) == 1:
            contracts.widget = forms.MultipleHiddenInput()
        self.chosen = [known[pk] for pk in dict.fromkeys(chosen) if pk in known] or (
            rows if len(rows) == 1 else []
        )
        self.initial = {**self.initial, "contracts": [c.pk for c in self.chosen], "kind": kind}
        self.chosen_kind = kind if kind in dict(KINDS) else ""
        if fixed_kind:
            self.fields["kind"].widget = forms.HiddenInput()
        self._ask_blocks({contract.pk: (block, percent) for contract, block, percent in parts})

    def _ask_blocks(self, before: dict[int, tuple[BuildingBlock, Decimal]]) -> None:
        self.blocks: dict[int, BuildingBlock] = {}
        self.of_table: dict[int, list[Contract]] = defaultdict(list)
        if not self.chosen or not self.chosen_kind:
            return
        for contract in self.chosen:
            assert contract.table_id is not None  # `contracts_to_record_for` says so
            self.of_table[contract.table_id].append(contract)
        for table, contracts in self.of_table.items():
            self._ask_block(table, contracts, before)
        if len(self.chosen) > 1 or self.in_regions or self.elsewhere is not None:
            even = (Decimal(100) / len(self.chosen)).quantize(Decimal("0.01"), "ROUND_DOWN")
            for contract in self.chosen:
                label = _("Part for %(contract)s") % {"contract": contract.reference}
                initial = before[contract.pk][1] if contract.pk in before else even
                self.fields[f"share_{contract.pk}"] = ParsedField(
                    decimal_number(2, Decimal("0.01"), 100),
                    label=label,
                    suffix="%",
                    initial=initial,
                    help_text=self.left_words,
                )
        self.initial["asked"] = self.key

    def _ask_block(self, table: int, contracts: list[Contract], before: dict[int, Any]) -> None:
        pinned: Any = contracts[0].table
        offered = [b for b in pinned.blocks.all() if b.kind == self.chosen_kind]
        self.blocks |= {b.pk: b for b in offered}
        label = _("Which building block fits?")
        if len(self.of_table) > 1:
            label = _("Which building block fits, for %(contracts)s?") % {
                "contracts": ", ".join(c.reference for c in contracts)
            }
        known = [before[c.pk][0].pk for c in contracts if c.pk in before]
        initial = known[0] if known else (offered[0].pk if len(offered) == 1 else None)
        self.fields[f"block_{table}"] = forms.TypedChoiceField(
            label=label,
            choices=[(b.pk, card(b.label, block_words(b))) for b in offered],
            coerce=int,
            initial=initial,
            widget=forms.RadioSelect(attrs={"class": "choice-cards"}),
            help_text=(
                ""
                if offered
                else _("The table of this contract has no block for this. Choose another kind.")
            ),
            error_messages={
                "required": _("Choose the block that fits best. The adviser can still change it.")
            },
        )

    @property
    def left_words(self) -> str:
        if self.elsewhere is None:
            less = _("Less than 100% where the same counts in another region too.")
            return less if self.in_regions else ""
        words = _("%(told)s Here at most %(left)s can count.")
        left = percent(whole.left(self.elsewhere))
        return words % {"told": whole.told(self.elsewhere), "left": left}

    @property
    def key(self) -> str:
        return f"{self.chosen_kind}:{','.join(str(c.pk) for c in self.chosen)}"[:500]

    @property
    def first_fields(self) -> list[Any]:
        return [self[name] for name in ("contracts", "kind")]

    @property
    def block_fields(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(("block_", "share_"))]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        shares = [v for name, v in cleaned.items() if name.startswith("share_") and v is not None]
        if sum(shares) > 100:
            raise ValidationError(
                _("The parts add up to more than 100%. Nothing counts twice: make them smaller.")
            )
        return cleaned

    def parts(self) -> list[tuple[Contract, BuildingBlock, Decimal]]:
        return [
            (
                c,
                self.blocks[self.cleaned_data[f"block_{c.table_id}"]],
                self.cleaned_data.get(f"share_{c.pk}") or Decimal(100),
            )
            for c in self.chosen
        ]


# --- who and when ---------------------------------------------------------------------------------


def fields_of_a_claim() -> dict[str, forms.Field]:
    return {
        "candidate_ref": text_field(
            _("Your own reference for this person"),
            80,
            help_text=_(
                "No name and no BSN. A staff number or “candidate 3” is enough to find this person"
                " back."
            ),
        ),
        "start_date": Day(label=_("First day")),
        "end_date": Day(
            label=_("Last day"), required=False, help_text=_("Leave empty while it runs.")
        ),
        "hours_per_week": ParsedField(hours_per_week, label=_("Hours per week"), suffix=_("hours")),
        "age_at_start": ParsedField(
            whole_number,
            label=_("Age on the first day"),
            suffix=_("years"),
            mode="numeric",
            required=False,
        ),
        "permanent_contract": forms.BooleanField(
            label=_("It is a permanent contract"), required=False
        ),
        "entitled_until": Day(
            label=_("Entitled to the benefit until"),
            required=False,
            help_text=_("As the decision says. Leave empty where there is no last day."),
        ),
        "supplier_name": text_field(_("Which social firm?"), 200),
        "supplier_kvk": kvk_field(_("KvK number of the firm"), required=False),
        "invoice_number": forms.CharField(label=_("Invoice number"), max_length=80),
        "amount": euros(_("Amount without VAT")),
        "paid_on": Day(
            label=_("Paid on"),
            required=False,
            help_text=_("It counts once it is paid. Leave empty until then."),
        ),
        "quantity": ParsedField(decimal_number(2, 0, MOST_QUANTITY), label=_("How many?")),
        "activity_date": Day(label=_("When was it?")),
        "description": text_field(_("What was done?"), 500, rows=3),
    }


class DetailsForm(DoubtingForm):
    """Who, when and how much. With `later` everything may stay empty: a draft is kept as it is.

    `about` is the fulfilment: of which firm it is, and it is not its own earlier placement.
    """

    doubted = DOUBTED

    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        kind: str,
        content: Content,
        later: bool = False,
        about: Fulfilment | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.kind, self.content, self.later, self.about = kind, content, later, about
        # The keys of what was asked and answered; None where nothing was asked.
        self.confirmed: list[str] | None = None
        blocks = [block for _contract, block, _percent in content.allocations]
        self.bonuses, self.facts = questions.bonuses_for(blocks), questions.facts_for(blocks)
        self.names = self._names(questions.fields_of(kind, blocks))
        required = [*requirements.required(kind, blocks)]
        required += [fact_name(code) for code in requirements.questions_of(blocks)]
        offered = fields_of_a_claim() | {
            fact_name(code): answer_field(question) for code, question in self.facts.items()
        }
        for name in self.names:
            self.fields[name] = self._bonus_field() if name == "bonuses" else offered[name]
        if "quantity" in self.fields:
            is_days = any(b.unit == "day" for b in blocks)
            self.fields["quantity"].label = _("Number of days") if is_days else _("Number of hours")
        self._more(offered)
        self.must = [self.fields[name] for name in required]
        for name in self.names:
            self.fields[name].required = name in required and not later
            if name in requirements.LACKING:
                self.fields[name].error_messages["required"] = requirements.LACKING[name]
        self.initial = {**self.initial, **content.fields}
        for code, answer in (content.fields.get("facts") or {}).items():
            self.initial[fact_name(code)] = "yes" if answer else "no"
        if content.hours:
            self.initial["hours_per_week"] = sorted(content.hours)[0][1]

    def _names(self, names: Sequence[str]) -> list[str]:
        """Of the fields that are asked; each question of the table is one."""
        facts = [fact_name(code) for code in self.facts]
        return [own for name in names for own in (facts if name == "facts" else [name])]

    def _bonus_field(self) -> forms.Field:
        return forms.MultipleChoiceField(
            label=_("Does one of these go with it?"),
            required=False,
            choices=[
                (b.code, card(f"{b.label}: {example_worth(b)}", condition_of(b)))
                for b in self.bonuses
            ],
            widget=forms.CheckboxSelectMultiple,
        )

    def _more(self, offered: dict[str, forms.Field]) -> None:
        """What is seldom needed, folded under the rest."""
        self.more: list[str] = []
        if self.kind == BlockKind.PLACEMENT:
            self._ask_where_from()
            self._ask_other_hours()
            self._add(
                "confirmed_until",
                Day(
                    label=_("Certain until"),
                    help_text=_(
                        "Until when you are sure that it runs. Empty: until the day you submit, or"
                        " the last day."
                    ),
                ),
            )
        self._add("performed_by", text_field(_("Done by a subcontractor? Its name"), 200))
        if "description" not in self.fields:
            self._add("description", offered["description"])

    def _ask_where_from(self) -> None:
        """Two choices of which the region tells only how many there are together."""
        regions = [contract.region_id for contract, _block, _percent in self.content.allocations]
        if not regions:
            return
        origins = [(code, capfirst(str(label))) for code, label in Origin.choices]
        places = [*residences(regions[0]).items()]
        blank = ("", _("Not known"))
        self._add(
            "origin",
            forms.ChoiceField(label=_("How did you find them?"), choices=[blank, *origins]),
        )
        self._add(
            "residence",
            forms.ChoiceField(label=_("Where does this person live?"), choices=[blank, *places]),
        )

    def _add(self, name: str, field: forms.Field) -> None:
        field.required = False
        self.fields[name] = field
        self.more.append(name)

    def _ask_other_hours(self) -> None:
        """Hours that change: a row for each change there is, and one more."""
        self.changes = len(self.content.hours[1:]) + 1
        for i, (day, hours) in enumerate([*sorted(self.content.hours)[1:], (None, None)]):
            self._add(f"from_{i}", Day(label=_("Other hours from"), initial=day))
            new = ParsedField(hours_per_week, label=_("Hours per week from then on"), initial=hours)
            self._add(f"hours_{i}", new)

    @property
    def asked(self) -> list[Any]:
        return [self[name] for name in self.names]

    @property
    def folded(self) -> list[Any]:
        return [self[name] for name in self.more]

    @property
    def is_open(self) -> bool:
        """Whether the fold has something in it."""
        return any(self[name].value() or self[name].errors for name in self.more)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        early = requirements.too_early(cleaned.get("start_date"), cleaned.get("confirmed_until"))
        for field, reason in (*requirements.wrong(self.filled_in(), localdate()), *early):
            self.add_error(field if field in self.fields else None, reason)
        if self.kind == BlockKind.PLACEMENT:
            self._clean_other_hours(cleaned, cleaned.get("start_date"))
        if not self.later and not self.errors:
            self._ask_doubts()
        return cleaned

    def _ask_doubts(self) -> None:
        content = self.filled_in()
        worth = questions.total(questions.worth(self.kind, content, self.about))
        doubts = list(claim_doubts(self.kind, content, worth))
        self.confirmed = [doubt.key for doubt in doubts if doubt.key in self.answered]
        self.ask_again(doubts)

    def _clean_other_hours(self, cleaned: dict[str, Any], first: date | None) -> None:
        days: set[date] = set()
        for i in range(self.changes):
            day, hours = cleaned.get(f"from_{i}"), cleaned.get(f"hours_{i}")
            if (day is None) != (hours is None) and not self.errors.keys() & {
                f"from_{i}",
                f"hours_{i}",
            }:
                field = f"from_{i}" if day is None else f"hours_{i}"
                self.add_error(
                    field, _("Give both the day and the new hours, or leave both empty.")
                )
            if day and first and day <= first:
                self.add_error(
                    f"from_{i}",
                    _("Other hours begin after the first day, %(day)s.")
                    % {"day": short_date(first)},
                )
            if day and day in days:
                self.add_error(f"from_{i}", _("This day is there twice."))
            days |= {day} if day else set()

    def asked_on(self) -> "DetailsForm":
        """The same form, read without asking for what is not there yet, to be filled in further."""
        self.is_valid()
        for field in self.must:
            field.required = True
        return self

    def filled_in(self) -> Content:
        """The content as far as it could be read: also while someone is still typing."""
        cleaned = self.cleaned_data
        fields = dict(self.content.fields)
        for name in (*self.names, *self.more):
            if name in fields and name in self.fields:
                empty: Any = (
                    [] if name == "bonuses" else "" if isinstance(fields[name], str) else None
                )
                given = cleaned.get(name)
                fields[name] = empty if given in (None, "") else given
        fields["facts"] = {
            code: cleaned[fact_name(code)]
            for code in self.facts
            if cleaned.get(fact_name(code)) is not None
        }
        hours: list[tuple[date, Decimal]] = []
        if self.kind == BlockKind.PLACEMENT:
            first = fields["start_date"] or FROM_THE_FIRST_DAY
            if cleaned.get("hours_per_week") is not None:
                hours.append((first, cleaned["hours_per_week"]))
            for i in range(self.changes):
                day, new = cleaned.get(f"from_{i}"), cleaned.get(f"hours_{i}")
                if hours and day and new is not None and day > first:
                    hours.append((day, new))
        return Content(fields, hours, self.content.allocations)


class HandInForm(forms.Form):
    """What one says by handing in; it is kept with what was handed in."""

    only_here = forms.BooleanField(
        label=gettext_lazy("It belongs only to the contract and the period that stand here"),
        error_messages={
            "required": gettext_lazy(
                "Tick this if it is so. Does it count for something else too? Then hand in only"
                " the part that belongs here."
            )
        },
    )


class AnswerForm(HandInForm):
    """With what was asked back: an answer in words, beside what was mended or instead of it."""

    answer = text_field(
        gettext_lazy("Your answer to the question"),
        1000,
        required=False,
        rows=4,
        help_text=gettext_lazy(
            "Say what you changed, or why it is right as it is. Do not name the person it is about."
        ),
    )


class WhyForm(forms.Form):
    why = text_field(gettext_lazy("Why?"), 1000, rows=3)


# --- many placements in one table -----------------------------------------------------------------


class PlacementRow(forms.Form):
    """A row of `PlacementTable`: one placement, as far as it can be said in a row. One in which
    nothing was typed is none.
    """

    # What is asked depends on the block of the row.
    NEEDED_SOMETIMES = ("age_at_start",)

    def __init__(self, data: Any, *, blocks: Sequence[BuildingBlock], **kwargs: Any) -> None:
        super().__init__(data, empty_permitted=True, use_required_attribute=False, **kwargs)
        self.blocks = {block.pk: block for block in blocks}
        self.bonuses, self.facts = questions.bonuses_for(blocks), requirements.questions_of(blocks)
        offered = fields_of_a_claim()
        labels = [(block.pk, block.label) for block in blocks]
        offered["block"] = forms.TypedChoiceField(
            label=_("Building block"), choices=[("", ""), *labels], coerce=int, empty_value=None
        )
        for code, question in self.facts.items():
            offered[fact_name(code)] = answer_field(question)
            answers = [("", ""), ("yes", _("Yes")), ("no", _("No"))]
            offered[fact_name(code)].widget = forms.Select(choices=answers)
        for bonus in self.bonuses:
            offered[bonus_name(bonus)] = forms.BooleanField(label=bonus.label)
        # Over a column, and not over a field.
        offered["candidate_ref"].label = _("Own reference")
        offered["age_at_start"].label = _("Age at the start")
        asked = questions.fields_of(BlockKind.PLACEMENT, blocks)
        names = [name for name in asked if name not in ("facts", "bonuses")]
        names[1:1] = ["block"]
        names += [*map(fact_name, self.facts), *map(bonus_name, self.bonuses)]
        for name in names:
            self.fields[name] = offered[name]
            self.fields[name].required = False
            self.fields[name].help_text = ""

    @property
    def block(self) -> BuildingBlock | None:
        return self.blocks.get(self.cleaned_data.get("block") or 0)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.block is None:
            if "block" not in self.errors:
                self.add_error("block", _("Choose which building block fits."))
            return cleaned
        fitting = {bonus.code for bonus in questions.bonuses_for([self.block])}
        for bonus in self.bonuses:
            if cleaned.get(bonus_name(bonus)) and bonus.code not in fitting:
                self.add_error(
                    bonus_name(bonus), _("This does not go with the building block of this row.")
                )
        content = self.content([])
        found = [
            *requirements.wrong(content, localdate()),
            *requirements.lacking(BlockKind.PLACEMENT, self.content([(None, self.block, 100)])),
        ]
        for field, reason in found:
            name = field if field != "facts" else self._first_unanswered()
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, reason)
        return cleaned

    def _first_unanswered(self) -> str:
        assert self.block is not None
        codes = requirements.questions_of([self.block])
        asked = [c for c in codes if self.cleaned_data.get(fact_name(c)) is None]
        return next((fact_name(c) for c in asked if fact_name(c) not in self.errors), "")

    def content(self, allocations: Sequence[Any]) -> Content:
        given = {name: v for name, v in self.cleaned_data.items() if v not in (None, "")}
        own = questions.fields_of(BlockKind.PLACEMENT, [self.block] if self.block else [])
        fields = {name: given[name] for name in own if name in given and name != "hours_per_week"}
        fields["facts"] = {c: given[fact_name(c)] for c in self.facts if fact_name(c) in given}
        fields["bonuses"] = [b.code for b in self.bonuses if given.get(bonus_name(b))]
        first, hours = given.get("start_date"), given.get("hours_per_week")
        terms = [] if hours is None else [(first or FROM_THE_FIRST_DAY, hours)]
        return Content(fields, terms, allocations)


def bonus_name(bonus: BuildingBlock) -> str:
    return f"bonus_{bonus.code}"


class PlacementTable:
    """Placements under one contract, a row each. What is left empty of `AS_ABOVE` in a row that was
    begun, is as in the row above it.
    """

    AS_ABOVE = ("block", "start_date", "hours_per_week")

    def __init__(self, contract: Contract, number: int, data: QueryDict | None = None) -> None:
        table: Any = contract.table
        self.contract = contract
        self.blocks = [b for b in table.blocks.all() if b.kind == BlockKind.PLACEMENT]
        self.typed = QueryDict(mutable=True) if data is None else data.copy()
        given = None if data is None else self.typed
        self.rows = [PlacementRow(given, blocks=self.blocks, prefix=f"r{i}") for i in range(number)]
        # What a row has from above: which row, which field.
        self.taken: list[tuple[PlacementRow, str]] = []
        self._take_from_above()

    def _take_from_above(self) -> None:
        above: dict[str, str] = {}
        for row in self.begun:
            for name in self.AS_ABOVE:
                key = row.add_prefix(name)
                if not self.typed.get(key, "").strip() and name in above:
                    self.typed[key] = above[name]
                    self.taken.append((row, name))
                above[name] = self.typed.get(key, "")

    @property
    def begun(self) -> list[PlacementRow]:
        return [row for row in self.rows if row.has_changed()]

    def is_valid(self) -> bool:
        """Each row is looked at, so that all that is wrong is said at once; of what was taken from
        above only where it was typed, and it stands nowhere else.
        """
        found = [row.is_valid() for row in self.rows]
        if not all(found):
            for row, name in self.taken:
                self.typed[row.add_prefix(name)] = ""
                row.errors.pop(name, None)
        return all(found)

    def contents(self) -> list[Content]:
        return [row.content([(self.contract, row.block, Decimal(100))]) for row in self.begun]


# --- the interim report ---------------------------------------------------------------------------


class StillRunsForm(forms.Form):
    """Of one placement: does it still run, or when did it stop; and whether its hours changed."""

    NEEDED_SOMETIMES = ("stopped_on",)

    runs = forms.ChoiceField(
        label=gettext_lazy("Does it still run?"),
        choices=[("yes", gettext_lazy("Still runs")), ("stopped", gettext_lazy("Stopped"))],
        widget=forms.RadioSelect,
        initial="yes",
    )
    stopped_on = Day(label=gettext_lazy("Last day, if it stopped"), required=False)
    from_day = Day(label=gettext_lazy("Other hours from"), required=False)
    hours = ParsedField(
        hours_per_week, label=gettext_lazy("Hours per week from then on"), required=False
    )

    def __init__(
        self, *args: Any, first: date, today: date, known: Sequence[date] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.today, self.known = first, today, known

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        stopped, day, hours = (
            cleaned.get("stopped_on"),
            cleaned.get("from_day"),
            cleaned.get("hours"),
        )
        if cleaned.get("runs") == "stopped":
            if not stopped and "stopped_on" not in self.errors:
                self.add_error("stopped_on", _("Fill in the last day."))
            elif stopped and not self.first <= stopped <= self.today:
                days = {"first": short_date(self.first), "today": short_date(self.today)}
                self.add_error("stopped_on", _("Choose a day from %(first)s to %(today)s.") % days)
        else:
            cleaned["stopped_on"] = None
        if (day is None) != (hours is None) and not {"from_day", "hours"} & self.errors.keys():
            self.add_error(
                "from_day" if day is None else "hours",
                _("Give both the day and the new hours, or leave both empty."),
            )
        if day and (day <= self.first or day in self.known):
            self.add_error(
                "from_day",
                _("Other hours begin after the first day, %(day)s.")
                % {"day": short_date(self.first)},
            )
        return cleaned
