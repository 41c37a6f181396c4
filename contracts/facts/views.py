"""Putting right what was registered: the form, then what it does, and only then it is so."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from django.urls import reverse, reverse_lazy
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.acts.rights import may_change
from contracts.facts import door as facts
from contracts.facts.forms import (
    ContractorForm,
    FactsForm,
    HandOverForm,
    SuccessorForm,
    TakeOverForm,
)
from contracts.facts.rules import as_if, may_hand_over, may_put_right_contractor, since_if
from contracts.models import Contract, Contractor, DraftState, HandOverAhead, Side
from contracts.owed.amounts import OPEN, owed_by
from contracts.owed.posting import booked_month, closed_years
from contracts.owed.starting_point import starting_point
from contracts.people.membership import advisers_of, looking_after
from contracts.people.views.users import End
from contracts.searches import of_moment
from sroi.access import May, visible
from sroi.doors import Refused
from sroi.fields import is_key
from sroi.history.versions import shown
from sroi.periods import month_of
from sroi.templatetags.formats import euro, long_date, month_name
from sroi.views import ButtonPage, ForWhoMay, LookFirst, OfOne, act_of

Row = tuple[str, str, str]


def differences(before: Any, after: Any, names: Iterable[str]) -> Iterator[Row]:
    """What it is called, what it is, what it becomes."""
    for name in names:
        field = after._meta.get_field(name)
        if getattr(before, name) != getattr(after, name):
            yield str(capfirst(field.verbose_name)), shown(before, field), shown(after, field)


class PutRightContractor(ForWhoMay, OfOne, LookFirst):
    """Name, number and postal address of a firm: the same firm in every contract."""

    capabilities = (May.CHANGE,)
    model = Contractor
    contractor: Contractor
    heading = gettext_lazy("Put name, number or address right")
    template_name = "contracts/put_right.html"
    form_class = ContractorForm
    back_label = property(lambda self: self.contractor)

    def may(self) -> bool:
        return may_put_right_contractor(self.request.access, self.contractor)

    @property
    def back_url(self) -> str:
        return reverse("contractor-detail", args=[self.contractor.pk])

    def get_initial(self) -> dict[str, Any]:
        return ContractorForm.initial_of(self.contractor)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"contractor": self.contractor}

    def starting_point(self) -> str:
        return facts.as_known(self.contractor)

    def preview(self, form: Any) -> dict[str, Any]:
        firm, number = form.known, self.contractor.contracts.count()
        after = Contractor(pk=self.contractor.pk, **{**firm, "kvk": firm["kvk"] or None})
        rows = [(_("Name"), self.contractor.name, after.name)]
        rows.append((_("Number"), self.contractor.register_words, after.register_words))
        before, now = (", ".join(firm.address_lines) for firm in (self.contractor, after))
        rows.append((_("Postal address"), before or _("none"), now or _("none")))
        told = ngettext(
            "This firm has %(number)s contract. The history says who put it right, when and why.",
            "This firm has %(number)s contracts: it holds for all of them, in every region. The"
            " history says who put it right, when and why.",
            number,
        )
        return {
            "rows": [row for row in rows if row[1] != row[2]],
            "told": [told % {"number": number}],
        }

    def do(self, form: Any) -> str:
        act = act_of(self.request, form.cleaned_data["reason"])
        facts.put_right_contractor(self.contractor, form.known, act, shown=self.shown)
        return _("Put right.")


class OfOpenContract(OfOne, LookFirst):
    """Of a contract that can be changed; what was closed meanwhile says so."""

    model = Contract
    contract: Contract
    related = ("policy", "contractor", "table")
    template_name = "contracts/put_right.html"
    back_label = property(lambda self: self.contract.title)

    def may(self) -> bool:
        return may_change(self.request.access, self.contract)

    @property
    def back_url(self) -> str:
        return reverse("contract-detail", args=[self.contract.pk])

    def starting_point(self) -> str:
        return starting_point(self.contract)

    def outdated(self, after: Contract) -> dict[str, Any]:
        """Accepted fulfilments that would be worth something else; the roof knows them."""
        return {}


class PutRight(OfOpenContract):
    """Facts of the award."""

    heading = gettext_lazy("Put facts right")
    form_class = FactsForm

    def get_initial(self) -> dict[str, Any]:
        return FactsForm.initial_of(self.contract)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"contract": self.contract}

    def preview(self, form: Any) -> dict[str, Any]:
        after = as_if(self.contract, form.given)
        rows = list(differences(self.contract, after, form.given))
        return {"rows": rows, "told": self.told(after), **self.outdated(after)}

    def told(self, after: Contract) -> list[str]:
        before = self.contract
        told = []
        if after.award_date != before.award_date:
            told += self.moved(after)
        if after.start_date != before.start_date:
            told.append(_("The term counts from the new first day, for what is on schedule too."))
        return told or [_("Nothing that is owed changes.")]

    def moved(self, after: Contract) -> list[str]:
        """What another award date does in the ledger."""
        before = self.contract
        changes = list(before.changes.order_by("pk"))
        owed, now = (owed_by(one, changes).obligation for one in (before, after))
        words = {
            "before": long_date(before.award_date),
            "after": long_date(after.award_date),
            "owed": euro(owed),
            "now": euro(now),
        }
        told = [
            _(
                "In the ledger the lines of the award of %(before)s are reversed, and stand on"
                " %(after)s. The old lines stay to be read."
            )
            % words,
            _("The obligation becomes %(now)s; it is %(owed)s.") % words
            if owed != now
            else _("The obligation stays as it is: %(obligation)s.") % {"obligation": words["now"]},
        ]
        if after.policy_id != before.policy_id:
            told.append(_("From then on the policy of the new award date holds for this contract."))
        closed = closed_years(before.region)
        for day in dict.fromkeys((before.award_date, after.award_date)):
            month = booked_month(month_of(day), closed)
            if month != month_of(day):
                told.append(
                    _("%(year)s is final: in the figures that counts in %(month)s.")
                    % {"year": day.year, "month": month_name(month)}
                )
        told.append(
            _("The contract keeps its valuation table. Give it another one where that should be.")
        )
        return told

    def do(self, form: Any) -> str:
        act = act_of(self.request, form.cleaned_data["reason"])
        facts.put_right(self.contract, form.given, act, shown=self.shown)
        return _("Put right.")


class TakeOver(OfOpenContract):
    """Another contractor, from a day on."""

    heading = gettext_lazy("Another contractor")
    form_class = TakeOverForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"contract": self.contract, "today": localdate()}

    def get_initial(self) -> dict[str, Any]:
        return {"day": localdate()}

    def preview(self, form: Any) -> dict[str, Any]:
        new = form.contractor or Contractor(**{**form.firm, "kvk": form.firm["kvk"] or None})
        since = since_if(self.contract, form.contractor, form.cleaned_data["day"])
        after = as_if(self.contract, {"contractor_since": since})
        after.contractor_id = new.pk or 0
        old = self.contract.contractor
        both = (
            (_("Contractor"), old.name, new.name),
            (_("Number"), old.register_words, new.register_words),
        )
        words = {"old": old.name, "new": new.name, "day": long_date(form.cleaned_data["day"])}
        counts = [
            _("What %(old)s did before %(day)s stays its own, and counts for this contract."),
            _("From %(day)s on what %(new)s does counts. What is owed stays as it is."),
        ]
        if since != form.cleaned_data["day"]:
            counts = [
                _(
                    "%(new)s is the contractor again as before %(day)s, and what it does counts as"
                    " it did then. What is owed stays as it is."
                ),
                _("What %(old)s did stays its own, and does not count for this contract."),
            ]
        told = [
            *(sentence % words for sentence in counts),
            _(
                "%(new)s sees the contract with its obligation, plan and dossier, and no"
                " fulfilment, evidence or candidate of %(old)s."
            )
            % words,
            _("%(old)s sees its own fulfilments, and not this contract any more.") % words,
        ]
        if self.contract.contact_persons.filter(side=Side.CONTRACTOR).exists():
            told.append(_("The contact persons of %(old)s are taken from this contract.") % words)
        if self.contract.draftdecisions.filter(state=DraftState.SHOWN).exists():
            told.append(
                _("The draft of the settlement that %(old)s was shown does not stand any more.")
                % words
            )
        return {"rows": both, "told": told, **self.outdated(after)}

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        facts.take_over(
            self.contract,
            form.contractor,
            form.firm,
            given["day"],
            act_of(self.request, given["reason"]),
            shown=self.shown,
        )
        return _("The contract is of the new contractor. Invite someone of that firm.")


NOBODY = "none"


class HandOver(ForWhoMay, LookFirst):
    """Contracts go to another adviser, one or many at once: those of `?adviser=` (`none`: of
    nobody, with `?moment=` those of an import), or the one of `?contract=`.
    """

    capabilities = (May.CHANGE, May.MANAGE_USERS)
    heading = gettext_lazy("Hand contracts over to another adviser")
    template_name = "contracts/hand_over.html"
    form_class = HandOverForm
    refused_at = "day"
    back_url = reverse_lazy("contract-list")
    back_label = gettext_lazy("Contracts")

    @cached_property
    def regions(self) -> Any:
        return self.request.access.regions_where(May.CHANGE) | self.request.access.regions_where(
            May.MANAGE_USERS
        )

    @cached_property
    def contracts(self) -> Any:
        rows = visible(Contract, self.request.access).filter(
            region__in=self.regions, state__in=OPEN
        )
        return rows.order_by("reference")

    @cached_property
    def whose(self) -> list[Any]:
        """Who looks after contracts now, also those who are no advisers any more."""
        return list(looking_after(self.contracts))

    @cached_property
    def asked(self) -> Any:
        """Whose contracts are on offer: one's own, until another is asked for."""
        asked = self.request.GET.get("adviser", "") or str(self.request.user.pk)
        return next((user for user in self.whose if str(user.pk) == asked), None)

    @property
    def sections(self) -> list[dict[str, Any]]:
        if "contract" in self.request.GET:
            return []
        nobody = {"url": f"?adviser={NOBODY}", "label": _("nobody"), "current": self.of_nobody}
        return [
            *(
                {
                    "url": f"?adviser={user.pk}",
                    "label": str(user),
                    "current": user == self.asked and not self.of_nobody,
                }
                for user in self.whose
            ),
            nobody,
        ]

    @property
    def one(self) -> str:
        """The contract that was asked for, by its id; empty where it is about several."""
        asked: str = self.request.GET.get("contract", "")
        return asked if is_key(asked) else ""

    @property
    def of_nobody(self) -> bool:
        """Whether those are asked for that nobody looks after, as after an import."""
        return self.request.GET.get("adviser") == NOBODY

    @cached_property
    def offered(self) -> Any:
        if self.one:
            return self.contracts.filter(pk=self.one)
        if self.of_nobody:
            moment = self.request.GET.get("moment", "")
            return of_moment(self.contracts.filter(adviser=None), self.request.user, moment)
        return self.contracts.filter(adviser=self.asked) if self.asked else self.contracts

    @property
    def ticked(self) -> bool:
        """Whether what is on offer was chosen already."""
        return bool(self.one) or self.of_nobody

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "contracts": self.offered,
            "advisers": advisers_of(self.regions),
            "initial": {"contracts": self.offered} if self.ticked else {},
        }

    def preview(self, form: Any) -> dict[str, Any]:
        chosen = form.cleaned_data["contracts"].select_related("adviser")
        day, today = form.cleaned_data["day"], localdate()
        if day and day < today:
            raise Refused(_("Choose today or a day to come."))
        return {
            "from_day": day if day and day > today else None,
            "starting_point": facts.advised(chosen),
            "chosen": [(c, c.adviser or c.adviser_email or _("nobody")) for c in chosen],
        }

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        act = act_of(self.request, given["reason"])
        chosen, adviser = list(given["contracts"]), given["adviser"]
        day = given["day"]
        number = facts.hand_over(
            chosen, adviser, self.request.access, act, day=day, shown=self.shown
        )
        words = {"name": adviser, "number": number}
        if day and day > act.today:
            words["day"] = long_date(day)
            done = ngettext(
                "%(name)s looks after %(number)s contract more from %(day)s.",
                "%(name)s looks after %(number)s contracts more from %(day)s.",
                number,
            )
        else:
            done = ngettext(
                "%(name)s looks after %(number)s contract more.",
                "%(name)s looks after %(number)s contracts more.",
                number,
            )
        return done % words

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(whose=self.sections, **kwargs)


class KeepAdviser(OfOne, ButtonPage):
    """It is not handed over on the day that was meant."""

    model = HandOverAhead
    related = ("contract",)
    context_object_name = "planned"
    planned: HandOverAhead

    def may(self) -> bool:
        return may_hand_over(self.request.access, self.planned.contract.region_id)

    @property
    def back_url(self) -> str:
        return reverse("contract-detail", args=[self.planned.contract_id])

    def do(self) -> str:
        facts.keep_adviser(self.planned, self.request.access)
        return _("Who advises now goes on doing so.")


class EndRole(End):
    """Of who looks after contracts it is asked who takes over."""

    @cached_property
    def theirs(self) -> int:
        number: int = facts.looked_after(self.membership).count()
        return number

    def get_form_class(self) -> Any:
        return SuccessorForm if self.theirs else super().get_form_class()

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs()
        if not self.theirs:
            return given
        others = advisers_of([self.membership.region_id]).exclude(pk=self.membership.user_id)
        return given | {"advisers": others}

    def goes(self) -> list[tuple[Any, Any]]:
        return [*super().goes(), (_("Contracts that this person looks after"), self.theirs or "")]

    def do(self, form: Any) -> str:
        act = act_of(self.request, _("Role ended"))
        successor = form.chosen if self.theirs else None
        facts.end_role(self.membership, successor, self.request.access, act)
        if successor is None:
            return _("The role was ended. From now on it opens nothing.")
        told = ngettext(
            "The role was ended. %(name)s looks after %(number)s contract more.",
            "The role was ended. %(name)s looks after %(number)s contracts more.",
            self.theirs,
        )
        return told % {"name": successor, "number": self.theirs}
