"""What an outcome is called in files: its column, and the title of it."""

from django.utils.translation import gettext_lazy as _

from placements.models import Moment

OUTCOME_COLUMNS = {
    Moment.END: "outcome",
    Moment.AFTER_6: "outcome_6",
    Moment.AFTER_12: "outcome_12",
}
OUTCOME_TITLES = {
    Moment.END: _("Outcome at the end"),
    Moment.AFTER_6: _("Outcome 6 months after"),
    Moment.AFTER_12: _("Outcome 12 months after"),
}
