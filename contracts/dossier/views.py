"""The dossier of a contract: notes and agreements, contact persons, documents, certificates."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.text import slugify
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contracts.acts.certificates import state_of
from contracts.dossier import door as dossier
from contracts.dossier.file import File
from contracts.dossier.forms import (
    ContactPersonForm,
    DocumentForm,
    NoteForm,
    PromisesForm,
    initial_of,
)
from contracts.models import (
    ContactPerson,
    Contract,
    ContractDocument,
    ContractNote,
    FirmPerson,
    Notice,
    NoticeState,
    PsoCertificate,
    Side,
)
from sroi.access import visible
from sroi.documents import DOCX
from sroi.files import checking, office
from sroi.files.checking import prepared, shown_name
from sroi.files.handing_out import handed_out
from sroi.templatetags.formats import long_date
from sroi.views import ButtonPage, ConfirmPage, DetailPage, FormPage, OfOne, Request, act_of

TOLD_SHOWN = 50
ENDINGS = {**checking.ENDINGS, **office.ENDINGS, DOCX: "docx"}


class ContractDossier(DetailPage):
    model = Contract
    template_name = "pages/contract_dossier.html"
    related = ("policy",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract, access = self.object, self.request.access
        sides = dossier.sides_of(access, contract)
        documents = visible(ContractDocument, access).filter(contract=contract, removed_at=None)
        written = visible(ContractNote, access).filter(contract=contract)
        notes = list(written.select_related("by", "seen_by"))
        return super().get_context_data(
            notes=[note for note in notes if not note.is_promise],
            promises=in_order(note for note in notes if note.is_promise),
            persons=[(person, person.side in sides) for person in persons_of(contract, access)],
            documents=[
                Listed.of(document, dossier.may_remove(access, document, self.request.user))
                for document in documents.select_related("contract", "certificate", "added_by")
            ],
            certificates=[
                (certificate, state_of(certificate, contract.policy, localdate()))
                for certificate in certificates_of(contract, access)
            ],
            told=list(
                visible(Notice, access)
                .filter(contract=contract, state=NoticeState.SENT)
                .select_related("user")
                .order_by("-sent_at", "-pk")[:TOLD_SHOWN]
            ),
            may_write=dossier.may_write(access, contract),
            may_add_document=dossier.may_add_document(access, contract),
            may_add_person=bool(sides),
            **kwargs,
        )


def in_order(promises: Iterable[Any]) -> list[Any]:
    """What is still to be done first, by its day."""
    return sorted(promises, key=lambda note: (not note.comes_back, note.again_on, note.pk))


def persons_of(contract: Contract, access: Any) -> Any:
    return visible(ContactPerson, access).filter(contract=contract)


def certificates_of(contract: Contract, access: Any) -> Any:
    theirs = visible(PsoCertificate, access).filter(
        region=contract.region_id, contractor=contract.contractor_id
    )
    return theirs.order_by("-valid_until")


@dataclass(frozen=True)
class Listed:
    """A document as it stands in the list."""

    document: Any
    about: str
    removable: bool

    @classmethod
    def of(cls, document: Any, removable: bool) -> "Listed":
        parts = [
            ENDINGS[document.media_type].upper(),
            long_date(document.added_at),
            str(document.added_by or ""),
        ]
        parts += [str(document.certificate)] if document.certificate else []
        return cls(document, " · ".join(part for part in parts if part), removable)


class OfDossier(OfOne, FormPage):
    """A form for the dossier of one contract."""

    model = Contract
    related = ("policy",)
    contract: Contract
    template_name = "pages/contract_form.html"
    refused_at = "file"

    def may(self) -> bool:
        return dossier.may_write(self.request.access, self.contract)

    @property
    def back_url(self) -> str:
        return reverse("contract-detail", args=[self.contract.pk])

    @property
    def back_label(self) -> str:
        return self.contract.title


class NewNote(OfDossier):
    heading = gettext_lazy("New note")
    form_class = NoteForm
    refused_at = "again_on"

    def get_initial(self) -> dict[str, Any]:
        return {"day": localdate()}

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        dossier.write(
            self.contract,
            given["kind"],
            given["day"],
            given["text"],
            act_of(self.request),
            shared=given["shared"],
            again_on=given["again_on"],
        )
        return _("The note is in the dossier.")


class Promises(OfDossier):
    """What was promised at the start or later, as lines that are ticked off."""

    heading = gettext_lazy("What was agreed")
    template_name = "contracts/promises.html"
    form_class = PromisesForm
    refused_at = "by_0"

    def get_initial(self) -> dict[str, Any]:
        return {"day": localdate()}

    def get_success_url(self) -> str:
        return f"{self.back_url}#stukken"

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        made = dossier.promise(
            self.contract,
            form.promises,
            given["day"],
            act_of(self.request),
            shared=given["shared"],
        )
        words = ngettext("%(n)s agreement noted.", "%(n)s agreements noted.", len(made))
        return words % {"n": len(made)}


class NewPerson(OfDossier):
    """Somebody new, or one of those whom the contractor has already."""

    heading = gettext_lazy("New contact person")
    template_name = "contracts/contact_person.html"
    form_class = ContactPersonForm
    refused_at = "name"

    @property
    def sides(self) -> Any:
        return dossier.sides_of(self.request.access, self.contract)

    def may(self) -> bool:
        return bool(self.sides)

    @property
    def person(self) -> ContactPerson:
        return ContactPerson(contract=self.contract)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"sides": self.sides}

    @property
    def at_the_firm(self) -> Any:
        """Who is known at the contractor and not named under this contract."""
        contract = self.contract
        theirs = visible(FirmPerson, self.request.access).filter(
            contractor=contract.contractor_id, region=contract.region_id
        )
        if Side.CONTRACTOR not in self.sides:
            return theirs.none()
        named = persons_of(contract, self.request.access).filter(person__isnull=False)
        return theirs.exclude(pk__in=named.order_by().values("person")).distinct()

    def do(self, form: Any) -> str:
        dossier.save_person(self.person, form.cleaned_data, shown=self.shown)
        return _("Saved.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"known": self.at_the_firm, **kwargs})


class NamePerson(OfOne, ButtonPage):
    """Somebody whom the contractor has already is to be called about this contract too."""

    model = Contract
    related = ("policy",)
    contract: Contract

    def may(self) -> bool:
        return Side.CONTRACTOR in dossier.sides_of(self.request.access, self.contract)

    @property
    def back_url(self) -> str:
        return reverse("contract-detail", args=[self.contract.pk])

    def do(self) -> str:
        theirs = visible(FirmPerson, self.request.access).distinct()
        person = get_object_or_404(theirs, pk=self.kwargs["person"])
        dossier.name_person(self.contract, person)
        return _("%(name)s is a contact person of this contract.") % {"name": person.name}


class EditPerson(NewPerson):
    """Change or remove a contact person of a side that one keeps."""

    heading = gettext_lazy("Contact person")
    found: ContactPerson

    def get_object(self, queryset: Any = None) -> Any:
        self.found = get_object_or_404(
            visible(ContactPerson, self.request.access), pk=self.kwargs["pk"]
        )
        self.kwargs["pk"] = self.found.contract_id
        return super().get_object(queryset)

    def may(self) -> bool:
        return Side(self.found.side) in self.sides

    @property
    def person(self) -> ContactPerson:
        return self.found

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.found)

    def starting_point(self) -> str:
        return dossier.as_kept(self.found)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        url = reverse("contact-person-remove", args=[self.found.pk])
        home, access = self.found.person_id, self.request.access
        named = visible(ContactPerson, access).filter(person=home, person__isnull=False)
        others = named.exclude(contract=self.contract).select_related("contract")
        context = {"remove_url": url, "known": [], "others": [one.contract for one in others]}
        return super().get_context_data(**context, **kwargs)


class RemovePerson(OfOne, ConfirmPage):
    model = ContactPerson
    context_object_name = "found"
    found: ContactPerson
    heading = gettext_lazy("Contact person")
    question = gettext_lazy("Remove this contact person?")
    action = gettext_lazy("Remove")
    consequence = gettext_lazy("Name, telephone number and address are gone for good.")

    def may(self) -> bool:
        contract = self.found.contract
        return Side(self.found.side) in dossier.sides_of(self.request.access, contract)

    @property
    def back_url(self) -> str:
        return reverse("contract-dossier", args=[self.found.contract_id])

    def goes(self) -> list[tuple[Any, Any]]:
        found = self.found
        return [
            (_("Contract"), f"{found.contract.reference} {found.contract.title}"),
            (_("Name"), found.name),
            (_("Function"), found.function),
            (_("Telephone"), found.phone),
            (_("E-mail address"), found.email),
        ]

    def do(self, form: Any) -> str:
        dossier.remove_person(self.found)
        return _("The contact person was removed.")


class NewDocument(OfDossier):
    heading = gettext_lazy("Add a document")
    form_class = DocumentForm

    def may(self) -> bool:
        return dossier.may_add_document(self.request.access, self.contract)

    def get_form_kwargs(self) -> dict[str, Any]:
        certificates = certificates_of(self.contract, self.request.access)
        asked = {"certificates": certificates, "chooses": self.chooses}
        return super().get_form_kwargs() | asked

    @property
    def chooses(self) -> bool:
        return dossier.may_write(self.request.access, self.contract)

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        shown_name(given["file"].name)  # refused where it seems to hold a BSN
        data = given["file"].read(settings.EVIDENCE_MAX_BYTES + 1)
        # Files of an office are the adviser's own: who downloads them trusts who added them.
        ready = (self.chooses and office.office(data)) or prepared(data, as_sent=True)
        dossier.keep(
            self.contract,
            File(ready.content, ready.media_type, given["title"]),
            act_of(self.request),
            shared=given.get("shared", True),
            certificate=given.get("certificate"),
        )
        return _("The document is in the dossier.")


class OfDocument(OfOne):
    model = ContractDocument
    context_object_name = "document"
    document: Any

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(removed_at=None)


class Download(OfDocument):
    """Given out to who may see it, as an attachment."""

    def get(self, request: Request, pk: int) -> HttpResponseBase:
        name = f"{slugify(self.document.title) or 'document'}.{ENDINGS[self.document.media_type]}"
        return handed_out(self.document.file.name, self.document.media_type, name)


class RemoveDocument(OfDocument, ConfirmPage):
    heading = gettext_lazy("Dossier")
    question = gettext_lazy("Remove this document?")
    action = gettext_lazy("Remove")
    consequence = gettext_lazy("The file is gone for good; that it was there stays in the history.")

    def may(self) -> bool:
        return dossier.may_remove(self.request.access, self.document, self.request.user)

    def goes(self) -> list[tuple[Any, Any]]:
        document = self.document
        return [
            (_("Contract"), f"{document.contract.reference} {document.contract.title}"),
            (_("Document"), f"{document.title} ({filesizeformat(document.size)})"),
            (_("Added"), f"{long_date(document.added_at)} {document.added_by or ''}".strip()),
            (_("PSO certificate"), document.certificate),
        ]

    def do(self, form: Any) -> str:
        dossier.remove(self.document, act_of(self.request))
        return _("The document was removed.")

    @property
    def back_url(self) -> str:
        return reverse("contract-dossier", args=[self.document.contract_id])


class SeeTo(OfOne, ButtonPage):
    """A note that came back, or would, was seen to."""

    model = ContractNote
    context_object_name = "note"
    note: ContractNote

    def may(self) -> bool:
        return dossier.may_write(self.request.access, self.note.contract)

    @property
    def back_url(self) -> str:
        return reverse("contract-dossier", args=[self.note.contract_id])

    def do(self) -> str:
        dossier.see_to(self.note, act_of(self.request))
        return _("Done: the note does not come back any more.")


class RemoveNote(OfOne, ConfirmPage):
    model = ContractNote
    context_object_name = "note"
    note: ContractNote
    heading = gettext_lazy("Dossier")
    question = gettext_lazy("Remove this note?")
    action = gettext_lazy("Remove")
    consequence = gettext_lazy("The text is gone for good; that it was there stays in the history.")

    def may(self) -> bool:
        return dossier.may_write(self.request.access, self.note.contract)

    def goes(self) -> list[tuple[Any, Any]]:
        note = self.note
        return [
            (_("Contract"), f"{note.contract.reference} {note.contract.title}"),
            (note.get_kind_display().capitalize(), long_date(note.day)),
            (_("Text"), note.text),
            (_("Written by"), note.by),
        ]

    def do(self, form: Any) -> str:
        dossier.remove_note(self.note, act_of(self.request))
        return _("The note was removed.")

    @property
    def back_url(self) -> str:
        return reverse("contract-dossier", args=[self.note.contract_id])
