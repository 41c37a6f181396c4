"""Form fields that read what people type as imports read it: `€ 1.234,50`, `2,5`, `31-12-2024`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from sroi.bsn import refuse_bsn
from sroi.doors import Doubt, still_to_come
from sroi.exchange import Warned, amount, day, percent_in_words, plain_kvk, signed_amount
from sroi.exchange.values import KVK, NO_KVK
from sroi.periods import month_of

LONGEST_KEY = 19
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2100, 12, 31)


class ParsedField(forms.Field):
    """A value read by a parser of `sroi.exchange`; its reason stands beside the field, what was
    typed stays in it.
    """

    def __init__(
        self,
        parse: Callable[[Any], Any],
        *,
        prefix: Any = "",
        suffix: Any = "",
        mode: str = "decimal",
        **kwargs: Any,
    ) -> None:
        attrs = {"inputmode": mode, "autocomplete": "off", "maxlength": 40}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)
        self.parse, self.prefix, self.suffix = parse, prefix, suffix

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            found = self.parse(text)
        except ValueError as fault:
            raise ValidationError(str(fault)) from None
        return found.value if isinstance(found, Warned) else found

    def prepare_value(self, value: Any) -> Any:
        return (
            f"{value:.2f}".removesuffix(".00").replace(".", ",")
            if isinstance(value, Decimal)
            else value
        )


class Euros(ParsedField):
    """An amount, shown as it is written in Dutch: `200.000`, `1.250,50`."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return f"{value:,.2f}".removesuffix(".00").translate(str.maketrans(",.", ".,"))


def euros(label: Any, **kwargs: Any) -> ParsedField:
    """An amount of zero or more."""
    return Euros(amount, label=label, prefix="€", **kwargs)


def change_in_euros(label: Any, **kwargs: Any) -> ParsedField:
    """More or less euro: a decrease has a minus."""
    return Euros(signed_amount, label=label, prefix="€", **kwargs)


def percentage(
    label: Any, parse: Callable[[Any], Any] = percent_in_words, **kwargs: Any
) -> ParsedField:
    return ParsedField(parse, label=label, suffix="%", **kwargs)


class Day(forms.DateField):
    """A day as browsers send it, or typed in any way that has one meaning, as imports read it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%d-%m-%Y"], **kwargs)
        self.validators += [
            MinValueValidator(FIRST_DAY, _("Choose a day after 1950.")),
            MaxValueValidator(LAST_DAY, _("Choose a day before 2101.")),
        ]

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            try:
                found = day(str(value).strip(), FIRST_DAY.year, LAST_DAY.year)
            except ValueError as fault:
                raise ValidationError(str(fault)) from None
            return found.value if isinstance(found, Warned) else found


class PastDay(Day):
    """A day on which a person says that something happened."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if why := still_to_come(value, localdate()):
            raise ValidationError(why)


class Month(Day):
    """A month as browsers send it (2024-07), or typed as 07-2024 or with a day in it; its first
    day.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget = forms.DateInput(
            format="%Y-%m", attrs={"type": "month", "placeholder": "2024-07"}
        )
        self.input_formats = ["%Y-%m", "%m-%Y", "%Y-%m-%d", "%d-%m-%Y"]
        self.error_messages["invalid"] = _("Choose a month, such as 07-2024.")

    def to_python(self, value: Any) -> Any:
        day = forms.DateField.to_python(self, value)
        return month_of(day) if day else None


CHECK_KVK = RegexValidator(rf"\A{KVK}\Z", NO_KVK)


class KvkField(forms.CharField):
    """The number of a firm in the trade register, with or without what people write around it."""

    def to_python(self, value: Any) -> str:
        return plain_kvk(super().to_python(value) or "")


def kvk_field(label: Any, **kwargs: Any) -> forms.CharField:
    attrs = {"inputmode": "numeric", "autocomplete": "off"}
    return KvkField(
        label=label,
        max_length=20,
        validators=[CHECK_KVK],
        widget=forms.TextInput(attrs=attrs),
        **kwargs,
    )


RIGHT = "klopt-"


@dataclass(frozen=True)
class Confirm:
    """The tick beside a field by which somebody says that what was doubted is right."""

    name: str
    reasons: Sequence[str]
    keys: Sequence[str]
    ticked: bool

    @property
    def value(self) -> str:
        return ",".join(self.keys)


class DoubtingForm(forms.Form):
    """A form that asks once more what can be so but seldom is: a tick beside the field, kept with
    what was typed.
    """

    # The fields that may be doubted.
    doubted: Sequence[str] = ()

    def ask_again(self, doubts: Iterable[Doubt]) -> None:
        """Call it last in `clean`: what is not ticked is said beside its field, and the form does
        not hold yet.
        """
        found: dict[str, list[Doubt]] = {}
        for doubt in doubts:
            found.setdefault(doubt.field, []).append(doubt)
        for name, theirs in found.items():
            keys = [doubt.key for doubt in theirs]
            confirm = Confirm(
                RIGHT + name, [d.reason for d in theirs], keys, set(keys) <= self.answered
            )
            self.fields[name].confirm = confirm  # type: ignore[attr-defined]
            if not confirm.ticked and name not in self.errors:
                self.add_error(name, " ".join(confirm.reasons))

    @property
    def answered(self) -> frozenset[str]:
        """The keys of the doubts to which it was said that it is right."""
        return frozenset(key for _name, keys in self.ticks for key in keys.split(","))

    @property
    def ticks(self) -> list[tuple[str, str]]:
        """Name and value of each tick that was given, for a page that hands the form on."""
        given = self.data if self.is_bound else self.initial
        named = [(RIGHT + name, str(given.get(RIGHT + name, ""))) for name in self.doubted]
        return [(name, keys) for name, keys in named if keys]

    @property
    def typed_names(self) -> list[str]:
        """Of all that a person fills in, the ticks included."""
        return [*self.fields, *(RIGHT + name for name in self.doubted)]


def is_key(text: Any) -> bool:
    """Whether this can be the number of a row: no database holds longer ones."""
    return str(text).isdecimal() and len(str(text)) < LONGEST_KEY


class VisibleRows(forms.ModelMultipleChoiceField):
    """Choices among rows of a model; what can be no number of a row is none of them."""

    def _check_values(self, value: Any) -> Any:
        for key in value:
            if not is_key(key):
                raise ValidationError(
                    self.error_messages["invalid_choice"], "invalid_choice", {"value": key}
                )
        return super()._check_values(value)  # type: ignore[misc]


# What a browser may fill in by itself (WCAG 1.3.5): of who signed in, and not of somebody else.
OF_ANOTHER = "off"


def text_field(
    label: Any, longest: int, *, rows: int = 0, autocomplete: str = "", **kwargs: Any
) -> forms.CharField:
    """Free text, of some rows or of one line: a citizen service number is refused, and what was
    typed stays.
    """
    if rows:
        kwargs["widget"] = forms.Textarea(attrs={"rows": rows})
    if autocomplete:
        kwargs["widget"] = forms.TextInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=longest, validators=[refuse_bsn], **kwargs)


def email_field(label: Any, autocomplete: str = OF_ANOTHER, **kwargs: Any) -> forms.EmailField:
    """An e-mail address of the person themselves (`email`) or of another."""
    widget = forms.EmailInput(attrs={"autocomplete": autocomplete})
    return forms.EmailField(label=label, max_length=254, widget=widget, **kwargs)


def change_answers(form: forms.Form, **answers: str) -> None:
    """The form as it was sent, but for these answers: sending it again then knows what is on the
    screen now.
    """
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    for name, answer in answers.items():
        data[name] = answer
    form.data = data
