"""What is asked of a valuation table: its facts, each of its rows, a file, and a day to put it in
force.
"""

from collections.abc import Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import (
    BlockKind,
    BuildingBlock,
    EvidenceKind,
    MonthsFrom,
    MonthsOver,
    PolicyField,
    Proration,
    RecognitionKind,
    Unit,
    ValuationTable,
)
from contracts.policy.forms import RegionForm
from contracts.valuation_tables.checking import MOST_BYTES
from contracts.valuation_tables.facts import CODE as FACT_CODE
from contracts.valuation_tables.facts import LONGEST_QUESTION, question
from contracts.valuation_tables.keys import CONDITIONS, NOT_SAID, contradictions, without_effect
from contracts.valuation_tables.units import UNITS, fitting_units
from sroi.exchange import HOURS_OF_A_WEEK, decimal_number, hours_per_week, whole_number
from sroi.fields import Day, ParsedField, euros, text_field
from sroi.files.size import too_large

CODE = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z",
    gettext_lazy("Use letters, digits, dashes and dots only, without blanks."),
)


def code_field(label: Any, **kwargs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, max_length=80, validators=[CODE], widget=widget, **kwargs)


def whole_field(label: Any, **kwargs: Any) -> ParsedField:
    return ParsedField(whole_number, label=label, mode="numeric", required=False, **kwargs)


class FileForm(RegionForm):
    file = forms.FileField(
        label=gettext_lazy("JSON file in the format valuation-table/1 or /2"),
        widget=forms.FileInput(attrs={"accept": "application/json,.json"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and (why := too_large(file.size, MOST_BYTES)):
            raise ValidationError(why)
        return file


class CheckForm(forms.Form):
    """A table as a file or as text; one of the two."""

    file = forms.FileField(
        label=gettext_lazy("JSON file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/json,.json"}),
        error_messages={"empty": gettext_lazy("This file is empty.")},
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the text here"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off", "class": "code"}
        ),
    )

    clean_file = FileForm.clean_file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        text = cleaned.get("text") or ""
        if why := too_large(len(text.encode("utf-8", "replace")), MOST_BYTES):
            self.add_error("text", why)
        if not self.errors and bool(text.strip()) == bool(cleaned.get("file")):
            self.add_error("file", _("Choose a file or paste its text: one of the two."))
        return cleaned

    @property
    def raw(self) -> bytes:
        file = self.cleaned_data["file"]
        if file:
            content: bytes = file.read()
            return content
        # A browser sends every line end as two characters.
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").encode("utf-8", "replace")


class SuccessorForm(forms.Form):
    code = code_field(
        gettext_lazy("Code of the new version"),
        help_text=gettext_lazy("Imports name the table by it; it stays."),
    )
    title_nl = text_field(gettext_lazy("Title in Dutch"), 200)
    title_en = text_field(gettext_lazy("Title in English"), 200, required=False)


class TableForm(forms.Form):
    """The facts of a table as a whole."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)
    title_nl = text_field(gettext_lazy("Title in Dutch"), 200)
    title_en = text_field(gettext_lazy("Title in English"), 200, required=False)
    full_time_hours = ParsedField(
        decimal_number(2, Decimal("0.01"), HOURS_OF_A_WEEK),
        label=gettext_lazy("Full-time hours per week"),
    )
    min_hours_per_week = ParsedField(
        hours_per_week,
        label=gettext_lazy("Least hours per week"),
        required=False,
        help_text=gettext_lazy("With fewer hours a placement is worth nothing."),
    )
    proration = forms.ChoiceField(label=gettext_lazy("Part of a month"), choices=Proration.choices)
    lookback_months = whole_field(
        gettext_lazy("Months before the contract in which a placement may have started"),
        help_text=gettext_lazy("Empty: whenever it started."),
    )
    source_url = forms.URLField(
        label=gettext_lazy("Where it is published"),
        max_length=500,
        required=False,
        assume_scheme="https",
    )
    note = text_field(gettext_lazy("Note"), 2000, required=False, rows=3)

    def __init__(self, *args: Any, table: ValuationTable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = table.facts
        for number, fact in enumerate(self.asked):
            words = fact["question"]
            for language, label, initial in (
                ("nl", _("Question %(code)s, in Dutch"), words["nl"]),
                ("en", _("Question %(code)s, in English"), words.get("en", "")),
            ):
                self.fields[f"question_{number}_{language}"] = text_field(
                    label % {"code": fact["code"]},
                    LONGEST_QUESTION,
                    required=language == "nl",
                    initial=initial,
                )

    @staticmethod
    def initial_of(table: ValuationTable) -> dict[str, Any]:
        names = (
            "title_nl",
            "title_en",
            "full_time_hours",
            "min_hours_per_week",
            "proration",
            "lookback_months",
        )
        return {name: getattr(table, name) for name in (*names, "source_url", "note")}

    @property
    def facts(self) -> dict[str, Any]:
        """As the exchange format has them."""
        given = self.cleaned_data
        asked = [
            {**fact, "question": {key: given[f"question_{n}_{key}"] for key in ("nl", "en")}}
            for n, fact in enumerate(self.asked)
        ]
        return ({"facts": asked} if asked else {}) | {
            "title": {"nl": given["title_nl"], "en": given["title_en"]},
            "full_time_hours": str(given["full_time_hours"]),
            "min_hours_per_week": str(given["min_hours_per_week"] or 0),
            "proration": given["proration"],
            "lookback_months": given["lookback_months"],
            "source_url": given["source_url"],
            "note": given["note"],
        }


class BlockForm(forms.Form):
    """One row: every unit, bonus and condition that the exchange format knows."""

    NEEDED_SOMETIMES = ("amount",)

    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)
    code = code_field(gettext_lazy("Code"), help_text=gettext_lazy("Imports name the row by it."))
    label_nl = text_field(gettext_lazy("What it is called, in Dutch"), 300)
    label_en = text_field(gettext_lazy("What it is called, in English"), 300, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=BlockKind.choices)
    unit = forms.ChoiceField(label=gettext_lazy("Counted"), choices=Unit.choices)
    amount = euros(
        gettext_lazy("Amount"),
        required=False,
        help_text=gettext_lazy(
            "Per unit. Empty for an invoice, actual cost, or an amount that is agreed."
        ),
    )
    weight_percent = ParsedField(
        decimal_number(3, 0, 1000),
        label=gettext_lazy("Part of the invoice that counts"),
        suffix="%",
        required=False,
        help_text=gettext_lazy("Only for an invoice. Empty: all of it."),
    )
    max_months = whole_field(
        gettext_lazy("Most months"), help_text=gettext_lazy("Empty: no limit.")
    )
    max_months_from = forms.ChoiceField(
        label=gettext_lazy("From when the months are counted"),
        choices=MonthsFrom.choices,
        required=False,
    )
    max_months_over = forms.ChoiceField(
        label=gettext_lazy("Over which contracts the months are counted"),
        choices=MonthsOver.choices,
        required=False,
    )
    grace_months = whole_field(
        gettext_lazy("Months that still count after the entitlement"),
        help_text=gettext_lazy(
            "The form then asks until when the person is entitled. 0: not a day longer. Empty: it"
            " does not matter."
        ),
    )
    alternatives = text_field(
        gettext_lazy("Claimed instead of each other as"),
        80,
        required=False,
        help_text=gettext_lazy(
            "Give rows that can be claimed for the same the same name: two such claims at the same"
            " time are pointed out to the adviser."
        ),
    )
    target_group = forms.SlugField(
        label=gettext_lazy("Target group"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "target-groups"}),
        help_text=gettext_lazy("A code that all tables share, so that they can be compared."),
    )
    min_age = whole_field(gettext_lazy("Counts from this age on the first day"))
    max_age = whole_field(gettext_lazy("Counts up to and including this age on the first day"))
    permanent_contract = forms.TypedChoiceField(
        label=gettext_lazy("Kind of contract"),
        choices=[
            ("", gettext_lazy("Does not matter")),
            ("yes", gettext_lazy("Only with a permanent contract")),
            ("no", gettext_lazy("Only without a permanent contract")),
        ],
        coerce=lambda word: word == "yes",
        empty_value=None,
        required=False,
    )
    facts = forms.MultipleChoiceField(
        label=gettext_lazy("Counts where these are answered yes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    not_facts = forms.MultipleChoiceField(
        label=gettext_lazy("Counts where these are answered no"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    question_nl = text_field(
        gettext_lazy("A new question to be answered yes or no, in Dutch"),
        LONGEST_QUESTION,
        required=False,
    )
    question_en = text_field(
        gettext_lazy("The new question, in English"), LONGEST_QUESTION, required=False
    )
    question_code = forms.CharField(
        label=gettext_lazy("Code of the new question"),
        max_length=60,
        required=False,
        validators=[RegexValidator(rf"\A{FACT_CODE.pattern}\Z", CODE.message)],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Imports name the question by it."),
    )
    question_answer = forms.ChoiceField(
        label=gettext_lazy("With which answer to the new question this row counts"),
        choices=[("facts", gettext_lazy("Yes")), ("not_facts", gettext_lazy("No"))],
        required=False,
    )
    applies_to = forms.MultipleChoiceField(
        label=gettext_lazy("A bonus goes with these rows"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: with every placement."),
    )
    replaces = forms.MultipleChoiceField(
        label=gettext_lazy("Takes the place of these bonuses"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    policy_field = forms.ChoiceField(label=gettext_lazy("Policy field"), required=False)
    evidence = forms.MultipleChoiceField(
        label=gettext_lazy("Evidence that it asks"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    recognitions = forms.MultipleChoiceField(
        label=gettext_lazy("A purchase counts for firms recognised as"),
        required=False,
        choices=RecognitionKind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: for every firm."),
    )
    note = text_field(gettext_lazy("Note"), 2000, required=False, rows=2)
    place = ParsedField(whole_number, label=gettext_lazy("Place in the table"), mode="numeric")

    FIRST = (
        "label_nl",
        "label_en",
        "code",
        "kind",
        "unit",
        "amount",
        "weight_percent",
        "max_months",
        "max_months_from",
        "max_months_over",
        "grace_months",
    )
    CONDITIONS = (
        "min_age",
        "max_age",
        "permanent_contract",
        "facts",
        "not_facts",
        "applies_to",
        "replaces",
        "recognitions",
        "evidence",
    )
    REST = ("target_group", "policy_field", "alternatives", "note", "place")
    # Of a question that is to be asked from now on: no column of a row.
    OF_QUESTION = ("question_nl", "question_en", "question_code", "question_answer")

    def __init__(
        self,
        data: Any = None,
        *,
        table: ValuationTable,
        others: Sequence[BuildingBlock],
        block: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.table, self.others = table, others
        fields: Any = self.fields
        placements = [(b.code, b.label) for b in others if b.kind == BlockKind.PLACEMENT]
        bonuses = [(b.code, b.label) for b in others if b.kind == BlockKind.BONUS]
        fields["applies_to"].choices = self._known(placements, block, "applies_to")
        fields["replaces"].choices = self._known(bonuses, block, "replaces")
        fields["evidence"].choices = self._known(EvidenceKind.choices, block, "evidence")
        policy_fields = self._known(PolicyField.choices, block, "policy_field")
        fields["policy_field"].choices = [("", _("None")), *policy_fields]
        asked = [(fact["code"], question(fact)) for fact in table.facts]
        fields["facts"].choices = fields["not_facts"].choices = asked
        self.groups = sorted({b.target_group for b in others if b.target_group})

    @staticmethod
    def _known(choices: Sequence[tuple[str, Any]], block: Any, name: str) -> list[tuple[str, Any]]:
        """The choices, with whatever else the row says now."""
        said = getattr(block, name, None) or []
        extra = [
            code
            for code in ([said] if isinstance(said, str) else said)
            if code not in dict(choices)
        ]
        return [*choices, *((code, code) for code in extra)]

    @staticmethod
    def initial_of(block: BuildingBlock) -> dict[str, Any]:
        names = [
            name
            for name in BlockForm.base_fields
            if name not in ("seen", "permanent_contract", "place", *BlockForm.OF_QUESTION)
        ]
        given = {name: getattr(block, name) for name in names}
        permanent = {None: "", True: "yes", False: "no"}[block.permanent_contract]
        return given | {"permanent_contract": permanent, "place": block.position}

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if any(b.code == code for b in self.others):
            raise ValidationError(_("Another row of this table has this code."))
        return code

    def clean_question_code(self) -> str:
        code: str = self.cleaned_data["question_code"]
        if any(fact["code"] == code for fact in self.table.facts):
            raise ValidationError(_("Another question of this table has this code."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        words, code = cleaned.get("question_nl"), cleaned.get("question_code")
        if bool(words) != bool(code) and not {"question_nl", "question_code"} & set(self.errors):
            self.add_error(
                "question_code" if words else "question_nl",
                _("Give both the question and its code, or leave both empty."),
            )
        kind, unit = cleaned.get("kind"), cleaned.get("unit")
        if kind and unit and unit not in fitting_units(kind):
            words = ", ".join(str(Unit(fits).label) for fits in fitting_units(kind))
            self.add_error("unit", _("This kind is counted: %(units)s.") % {"units": words})
        if (
            unit
            and UNITS[unit].has_amount
            and cleaned.get("amount") is None
            and "amount" not in self.errors
        ):
            self.add_error("amount", _("Fill in the amount per unit."))
        for key in (
            without_effect(kind, unit, self.row) if kind and unit and not self.errors else ()
        ):
            name = "grace_months" if key == "entitlement" else key.removeprefix("condition.")
            self.add_error(name, _("This has no effect for this kind and unit. Leave it empty."))
        if not self.errors:
            for key, why in contradictions(SimpleNamespace(**cleaned)):
                self.add_error(key.removeprefix("condition."), capfirst(why))
        return cleaned

    @property
    def row(self) -> dict[str, Any]:
        """The row as the exchange format has it: only what it says."""
        given = self.cleaned_data
        label = (
            {"nl": given["label_nl"], "en": given["label_en"]}
            if given["label_en"]
            else given["label_nl"]
        )
        condition = {name: given[name] for name in CONDITIONS if given[name] not in NOT_SAID}
        if self.question:
            answer = given["question_answer"] or "facts"
            condition[answer] = [*condition.get(answer, ()), given["question_code"]]
        amounts = {
            name: str(given[name])
            for name in ("amount", "weight_percent")
            if given[name] is not None
        }
        rest = (
            "max_months",
            "target_group",
            "applies_to",
            "replaces",
            "policy_field",
            "evidence",
            "recognitions",
            "alternatives",
        )
        said = {name: given[name] for name in (*rest, "note") if given[name] not in (None, "", [])}
        for name, usual in (
            ("max_months_from", MonthsFrom.CONTRACT),
            ("max_months_over", MonthsOver.CONTRACT),
        ):
            if given[name] not in ("", usual):
                said[name] = given[name]
        if given["grace_months"] is not None:
            said["entitlement"] = {"grace_months": given["grace_months"]}
        row = {
            "code": given["code"],
            "label": label,
            "kind": given["kind"],
            "unit": given["unit"],
            **amounts,
            **said,
        }
        return row | ({"condition": condition} if condition else {})

    @property
    def question(self) -> dict[str, Any] | None:
        """The question that is to be asked from now on, as the exchange format has it."""
        given = self.cleaned_data
        if not (given.get("question_nl") and given.get("question_code")):
            return None
        words = {"nl": given["question_nl"], "en": given["question_en"]}
        return {"code": given["question_code"], "question": words}

    def group(self, names: Sequence[str]) -> list[Any]:
        return [self[name] for name in names if not self._is_empty(name)]

    def _is_empty(self, name: str) -> bool:
        """Choices of which there are none are not asked."""
        choices = getattr(self.fields[name], "choices", None)
        return name in ("applies_to", "replaces", "facts", "not_facts") and not choices

    @property
    def first(self) -> list[Any]:
        return self.group(self.FIRST)

    @property
    def conditions(self) -> list[Any]:
        return self.group(self.CONDITIONS)

    @property
    def new_question(self) -> list[Any]:
        return self.group(self.OF_QUESTION)

    @property
    def asks_anew(self) -> bool:
        """Whether a new question was typed, or something is wrong with it."""
        return any(self[name].value() for name in self.OF_QUESTION[:-1]) or bool(
            set(self.errors) & set(self.OF_QUESTION)
        )

    @property
    def rest(self) -> list[Any]:
        return self.group(self.REST)


class InForceForm(forms.Form):
    valid_from = Day(label=gettext_lazy("In force from"))
