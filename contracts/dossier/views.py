"""The dossier of a contract: notes and agreements, contact persons, documents, certificates."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from contracts.acts.certificates import state_of
from contracts.dossier import door as dossier
from contracts.dossier.file import File
from contracts.dossier.forms import ContactPersonForm, DocumentForm, NoteForm, initial_of
from contracts.models import (
    ContactPerson,
    Contract,
    ContractDocument,
    ContractNote,
    Notice,
    NoticeState,
    PsoCertificate,
    Side,
)
from sroi.access import visible
from sroi.documents import DOCX
from sroi.doors import Refused
from sroi.files import checking
from sroi.files.checking import prepared, shown_name
from sroi.files.handing_out import handed_out
from sroi.templatetags.formats import long_date
from sroi.views import DetailPage, Request, act_of

TOLD_SHOWN = 50
ENDINGS = {**checking.ENDINGS, DOCX: "docx"}


class ContractDossier(DetailPage):
    model = Contract
    template_name = "pages/contract_dossier.html"

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("region", "policy")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract, access = self.object, self.request.access
        self.request.region_title = contract.region.title
        sides = dossier.sides_of(access, contract)
        documents = visible(ContractDocument, access).filter(contract=contract, removed_at=None)
        return super().get_context_data(
            notes=list(visible(ContractNote, access).filter(contract=contract).select_related("by")),
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


def persons_of(contract: Contract, access: Any) -> Any:
    return visible(ContactPerson, access).filter(contract=contract)


def certificates_of(contract: Contract, access: Any) -> Any:
    theirs = visible(PsoCertificate, access).filter(region=contract.region_id, contractor=contract.contractor_id)
    return theirs.order_by("-valid_until")


@dataclass(frozen=True)
class Listed:
    """A document as it stands in the list."""

    document: Any
    about: str
    removable: bool

    @classmethod
    def of(cls, document: Any, removable: bool) -> "Listed":
        parts = [ENDINGS[document.media_type].upper(), long_date(document.added_at), str(document.added_by or "")]
        parts += [str(document.certificate)] if document.certificate else []
        return cls(document, " · ".join(part for part in parts if part), removable)


class OfDossier(View):
    """A page of the dossier of one contract; for who may not do this there, it does not exist."""

    request: Request
    contract: Any
    heading: Any = ""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(Contract, request.access).select_related("region", "policy")
        self.contract = get_object_or_404(rows, pk=kwargs["pk"])
        if not self.may():
            raise Http404
        request.region_title = self.contract.region.title
        return super().dispatch(request, *args, **kwargs)

    def may(self) -> bool:
        return dossier.may_write(self.request.access, self.contract)

    @property
    def dossier_url(self) -> str:
        return reverse("contract-dossier", args=[self.contract.pk])

    def form(self, data: Any = None, files: Any = None) -> Any:
        raise NotImplementedError

    def do(self, form: Any) -> str:
        raise NotImplementedError

    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: Request, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, 422)
        try:
            done = self.do(form)
        except Refused as fault:
            form.add_error("file" if "file" in form.fields else None, str(fault))
            return self.show(form, 422)
        messages.success(request, done)
        return redirect(self.dossier_url)

    def show(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            "heading": self.heading,
            "contract": self.contract,
            "form": form,
            "back_url": self.dossier_url,
            **more,
        }
        return render(self.request, "pages/dossier_form.html", context, status=status)


class NewNote(OfDossier):
    heading = gettext_lazy("New note")

    def form(self, data: Any = None, files: Any = None) -> Any:
        return NoteForm(data, initial={"day": localdate()})

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        dossier.write(
            self.contract, given["kind"], given["day"], given["text"], act_of(self.request), shared=given["shared"]
        )
        return _("The note is in the dossier.")


class NewPerson(OfDossier):
    heading = gettext_lazy("New contact person")

    def may(self) -> bool:
        return bool(dossier.sides_of(self.request.access, self.contract))

    @property
    def person(self) -> ContactPerson:
        return ContactPerson(contract=self.contract)

    def form(self, data: Any = None, files: Any = None) -> Any:
        return ContactPersonForm(data, sides=dossier.sides_of(self.request.access, self.contract))

    def do(self, form: Any) -> str:
        dossier.save_person(self.person, form.cleaned_data)
        return _("Saved.")


class EditPerson(NewPerson):
    """Change or remove a contact person of a side that one keeps."""

    heading = gettext_lazy("Contact person")
    found: Any

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(ContactPerson, request.access).select_related("contract")
        self.found = get_object_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **{**kwargs, "pk": self.found.contract_id})

    def may(self) -> bool:
        return Side(self.found.side) in dossier.sides_of(self.request.access, self.contract)

    @property
    def person(self) -> ContactPerson:
        found: ContactPerson = self.found
        return found

    def form(self, data: Any = None, files: Any = None) -> Any:
        sides = dossier.sides_of(self.request.access, self.contract)
        return ContactPersonForm(data, sides=sides, initial=initial_of(self.found))

    def post(self, request: Request, **kwargs: Any) -> HttpResponse:
        if not request.POST.get("remove"):
            return super().post(request, **kwargs)
        dossier.remove_person(self.found)
        messages.success(request, _("The contact person was removed."))
        return redirect(self.dossier_url)

    def show(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        return super().show(form, status, removable=True)


class NewDocument(OfDossier):
    heading = gettext_lazy("Add a document")

    def may(self) -> bool:
        return dossier.may_add_document(self.request.access, self.contract)

    @property
    def is_staff(self) -> bool:
        return dossier.may_write(self.request.access, self.contract)

    def form(self, data: Any = None, files: Any = None) -> Any:
        certificates = certificates_of(self.contract, self.request.access)
        return DocumentForm(data, files, certificates=certificates, chooses=self.is_staff)

    def do(self, form: Any) -> str:
        given = form.cleaned_data
        shown_name(given["file"].name)  # refused where it seems to hold a BSN
        ready = prepared(given["file"].read(settings.EVIDENCE_MAX_BYTES + 1))
        dossier.keep(
            self.contract,
            File(ready.content, ready.media_type, given["title"]),
            act_of(self.request),
            shared=given.get("shared", True),
            certificate=given.get("certificate"),
        )
        return _("The document is in the dossier.")


class OfDocument(View):
    request: Request
    found: Any

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(ContractDocument, request.access).filter(removed_at=None).select_related("contract")
        self.found = get_object_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)


class Download(OfDocument):
    """Given out to who may see it, as an attachment."""

    def get(self, request: Request, pk: int) -> HttpResponseBase:
        name = f"{slugify(self.found.title) or 'document'}.{ENDINGS[self.found.media_type]}"
        return handed_out(self.found.file.name, self.found.media_type, name)


class RemoveDocument(OfDocument):
    def post(self, request: Request, pk: int) -> HttpResponse:
        if not dossier.may_remove(request.access, self.found, request.user):
            raise Http404
        try:
            dossier.remove(self.found, act_of(request))
            messages.success(request, _("The document was removed."))
        except Refused as fault:
            messages.error(request, str(fault))
        return redirect("contract-dossier", self.found.contract_id)


class RemoveNote(View):
    def post(self, request: Request, pk: int) -> HttpResponse:
        note = get_object_or_404(visible(ContractNote, request.access).select_related("contract"), pk=pk)
        if not dossier.may_write(request.access, note.contract):
            raise Http404
        try:
            dossier.remove_note(note, act_of(request))
            messages.success(request, _("The note was removed."))
        except Refused as fault:
            messages.error(request, str(fault))
        return redirect("contract-dossier", note.contract_id)
