"""Evidence files: given out only to who may see them, as an attachment; and taken away."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.text import capfirst, slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import EvidenceKind, called
from placements.evidence import door as evidence
from placements.models import Evidence, Fulfilment
from placements.rights import OPEN_TO_EDIT, may_enter, may_review, may_see_person
from sroi.files.checking import ENDINGS, PDF
from sroi.files.handing_out import handed_out
from sroi.templatetags.formats import long_date
from sroi.views import ConfirmPage, OfOne, Request, act_of


class OfEvidence(OfOne):
    """One file; for who may not see it, it does not exist."""

    model = Evidence
    context_object_name = "found"
    found: Any

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(erased_at=None)

    @property
    def fulfilment(self) -> Fulfilment:
        whole: Fulfilment = self.found.version.fulfilment
        return whole

    def may(self) -> bool:
        about_a_person = self.found.is_about_a_person
        return bool(self.found.file) and (
            not about_a_person or may_see_person(self.request.access, self.fulfilment)
        )


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
        return handed_out(
            evidence.page_name(self.found.file.name, page), "image/webp", f"{page}.webp"
        )


class Erasing(OfEvidence, ConfirmPage):
    """A file goes for good, after it was shown which."""

    heading = gettext_lazy("Evidence")
    action = gettext_lazy("Yes, erase this file")

    @property
    def question(self) -> str:
        return _("Erase %(name)s?") % {"name": self.found.original_name}

    def goes(self) -> list[tuple[Any, Any]]:
        found = self.found
        return [
            (_("Fulfilment"), str(self.fulfilment)),
            (_("Evidence"), capfirst(called(EvidenceKind, found.kind))),
            (_("File"), f"{found.original_name} ({filesizeformat(found.size)})"),
            (_("Added"), f"{long_date(localtime(found.added_at))} {found.added_by or ''}".strip()),
        ]


class Remove(Erasing):
    """Who records takes away a file while it is not handed in."""

    consequence = gettext_lazy("The file is gone for good. You can add another one.")

    def closed(self) -> HttpResponse | None:
        if self.found.version.state in OPEN_TO_EDIT:
            return None
        messages.error(self.request, _("This was handed in already, so the file stays."))
        return redirect("fulfilment-detail", self.fulfilment.pk)

    def may(self) -> bool:
        f = self.fulfilment
        return super().may() and may_enter(self.request.access, f.region_id, f.contractor_id)

    def do(self, form: Any) -> str:
        evidence.take_away(self.found, act_of(self.request))
        return _("The file is erased.")

    @property
    def back_url(self) -> str:
        return reverse("fulfilment-evidence", args=[self.fulfilment.pk])


class Erase(Erasing):
    """The adviser refuses a file that should not be here, and it is gone at once."""

    consequence = gettext_lazy("The file is gone for good; that it was there stays in the history.")

    def may(self) -> bool:
        return super().may() and may_review(self.request.access, self.fulfilment)

    def do(self, form: Any) -> str:
        evidence.erase(self.found, act_of(self.request, _("A file was refused and erased")))
        return _("The file is erased. Ask the contractor for another one if it is needed.")

    @property
    def back_url(self) -> str:
        return reverse("review", args=[self.fulfilment.pk])
