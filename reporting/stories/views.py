"""The pages where stories are told, and the pictures of those that are."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from reporting.models import Story
from reporting.notice import editions
from reporting.notice.addresses import address, not_there
from reporting.stories import door as stories
from reporting.stories.forms import StoryForm
from reporting.stories.told import MOST, may_look, may_tell, told, what_goes, with_picture
from reporting.texts.views import OfEdition
from reporting.texts.written import may_write
from sroi.files.checking import photo
from sroi.views import ConfirmPage, FormPage, Request, act_of


class StoriesPage(OfEdition):
    """Those of a report with their consents; while it is a draft also the way to change them."""

    def may(self) -> bool:
        return may_look(self.request.access, self.edition)

    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        found = list(told(self.edition))
        tells = may_tell(request.access, self.edition)
        context = {
            "edition": self.edition,
            "stories": found,
            "most": MOST,
            "tells": tells,
            "new_url": address("story-new", self.edition) if tells and len(found) < MOST else "",
            "back_url": self.back_url,
        }
        return render(request, "reporting/stories.html", context)


class Telling(OfEdition):
    """An act on the stories of a draft."""

    heading = gettext_lazy("Stories")

    def may(self) -> bool:
        return may_tell(self.request.access, self.edition)

    @property
    def back_url(self) -> str:
        return address("stories", self.edition)

    @property
    def back_label(self) -> str:
        return _("Stories")


class OfStory(Telling):
    story: Story

    def may(self) -> bool:
        found = told(self.edition).filter(pk=self.kwargs["story"]).first()
        if found is None or not super().may():
            return False
        self.story = found
        return True


class StoryPage(FormPage):
    template_name = "reporting/story.html"
    form_class = StoryForm
    kept: Story | None = None
    edition: Any

    def get_form_kwargs(self) -> dict[str, Any]:
        has_picture = self.kept is not None and bool(self.kept.alt)
        return super().get_form_kwargs() | {"has_picture": has_picture}

    def given(self, form: Any) -> stories.Given:
        answer = dict(form.cleaned_data)
        sent = answer.pop("picture")
        picture = photo(sent.read(settings.EVIDENCE_MAX_BYTES + 1)) if sent else None
        return stories.Given(picture=picture, **answer)


class NewStory(Telling, StoryPage):
    heading = gettext_lazy("Add a story")

    def do(self, form: Any) -> str:
        stories.add(self.edition, self.given(form), act_of(self.request))
        return _("Saved.")


class ChangeStory(OfStory, StoryPage):
    heading = gettext_lazy("Change a story")

    @property
    def kept(self) -> Story:  # type: ignore[override]
        return self.story

    def get_initial(self) -> dict[str, Any]:
        names = [name for name in StoryForm.base_fields if "picture" not in name]
        return {name: getattr(self.story, name) for name in names}

    def starting_point(self) -> str:
        return stories.as_kept(self.story)

    def do(self, form: Any) -> str:
        act = act_of(self.request)
        stories.change(self.edition, self.story, self.given(form), act, self.shown)
        return _("Saved.")


class RemoveStory(OfStory, ConfirmPage):
    question = gettext_lazy("Remove this story?")
    action = gettext_lazy("Remove")
    consequence = gettext_lazy(
        "Text, picture and consent are gone for good; that it was there stays in the history."
    )

    def goes(self) -> list[tuple[Any, Any]]:
        return what_goes(self.story)

    def do(self, form: Any) -> str:
        stories.remove(self.edition, self.story, act_of(self.request))
        return _("The story was removed.")


@method_decorator(login_not_required, name="dispatch")
class StoryPicture(View):
    """For whoever may read the report of the region; of a story that is not shown, for who writes
    it.
    """

    def get(self, request: HttpRequest, region: str, year: int, story: int) -> HttpResponse:
        access = request.access  # type: ignore[attr-defined]
        place = editions.place(access, region, year, None)
        found = with_picture(place.report, story) if place and place.report else None
        if place is None or place.report is None or found is None:
            return not_there(request)
        if not found.is_shown and not may_write(access, place.region, place.report.state):
            raise Http404
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        assert found.picture is not None
        return HttpResponse(bytes(found.picture), content_type="image/jpeg", headers=headers)
