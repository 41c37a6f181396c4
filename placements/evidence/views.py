"""Evidence files: given out only to who may see them, as an attachment; and taken away."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import slugify
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.generic import View

from placements.evidence import door as evidence
from placements.evidence.forms import SeenForm
from placements.models import Evidence, Fulfilment
from placements.rights import OPEN_TO_EDIT, may_enter, may_review, may_see_person
from sroi.access import visible
from sroi.doors import Refused
from sroi.files.checking import ENDINGS, PDF
from sroi.files.handing_out import handed_out
from sroi.views import Request, act_of


class OfEvidence(View):
    """One file; for who may not see it, it does not exist."""

    request: Request
    found: Any

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(Evidence, request.access).filter(erased_at=None)
        self.found = get_object_or_404(rows.select_related("version__fulfilment"), pk=kwargs["pk"])
        if not self.may(request):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    @property
    def fulfilment(self) -> Fulfilment:
        whole: Fulfilment = self.found.version.fulfilment
        return whole

    def may(self, request: Request) -> bool:
        about_a_person = self.found.is_about_a_person
        return bool(self.found.file) and (not about_a_person or may_see_person(request.access, self.fulfilment))


class Download(OfEvidence):
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        stem = slugify(self.found.original_name.rsplit(".", 1)[0]) or "bewijsstuk"
        ending = ENDINGS[self.found.media_type]
        return handed_out(self.found.file.name, self.found.media_type, f"{stem}.{ending}")


class PagePicture(OfEvidence):
    """A page of a PDF as a picture, or the picture itself, to show on the page of the reviewer."""

    def get(self, request: Request, pk: int, page: int) -> HttpResponseBase:
        if self.found.media_type != PDF and page == 1:
            return handed_out(self.found.file.name, self.found.media_type, "1")
        if not 1 <= page <= self.found.pages:
            raise Http404
        return handed_out(evidence.page_name(self.found.file.name, page), "image/webp", f"{page}.webp")


class Remove(OfEvidence):
    """Who records takes away a file while it is not handed in."""

    def may(self, request: Request) -> bool:
        f = self.fulfilment
        return super().may(request) and may_enter(request.access, f.region_id, f.contractor_id)

    def post(self, request: Request, pk: int) -> HttpResponse:
        if self.found.version.state in OPEN_TO_EDIT:
            evidence.erase(self.found, act_of(request))
        else:
            messages.error(request, _("This was handed in already, so the file stays."))
        return redirect("fulfilment-evidence", self.fulfilment.pk)


class Erase(OfEvidence):
    """The adviser refuses a file that should not be here, and it is gone at once."""

    def may(self, request: Request) -> bool:
        return super().may(request) and may_review(request.access, self.fulfilment)

    def post(self, request: Request, pk: int) -> HttpResponse:
        try:
            evidence.erase(self.found, act_of(request, _("A file was refused and erased")))
            messages.success(request, _("The file is erased. Ask the contractor for another one if it is needed."))
        except Refused as fault:
            messages.error(request, str(fault))
        return redirect("review", self.fulfilment.pk)


class Seen(View):
    """The adviser saw a document about a person that is not stored."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        rows = visible(Fulfilment, request.access).select_related("latest")
        self.fulfilment = get_object_or_404(rows, pk=kwargs["pk"])
        if not may_review(request.access, self.fulfilment):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: Request, pk: int) -> HttpResponse:
        form = SeenForm(request.POST)
        version = self.fulfilment.latest
        if form.is_valid() and version:
            how, kind = form.cleaned_data["how"], form.cleaned_data["kind"]
            evidence.see(version, kind, how, localdate(), act_of(request))
            messages.success(request, _("Noted that you saw it."))
        else:
            faults = [fault for some in form.errors.values() for fault in some]
            messages.error(request, " ".join(str(fault) for fault in faults))
        return redirect("review", pk)
