"""What others see of oneself: a name, and the telephone of one's work."""

from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.people import door as people
from contracts.people.forms import OwnDetailsForm
from sroi.views import FormPage, act_of


class OwnDetails(FormPage):
    form_class = OwnDetailsForm
    heading = gettext_lazy("Your details")
    back_url = reverse_lazy("start")

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.request.user.name, "phone": self.request.user.phone}

    def do(self, form: Any) -> str:
        people.change_own_details(act_of(self.request), **form.cleaned_data)
        return _("Your details are changed.")
