"""What is said beside the reason of an act, wherever one is asked."""

from django.utils.translation import gettext_lazy

IN_THE_HISTORY = gettext_lazy("It stands in the history, also for the contractor.")
