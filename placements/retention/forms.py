"""What is asked of who looks up what is kept about a person."""

from django import forms
from django.utils.translation import gettext_lazy

from sroi.fields import text_field


class CandidateForm(forms.Form):
    ref = text_field(gettext_lazy("Candidate reference"), 80)
    # A fulfilment of the one who is meant, where several contractors use the reference.
    of = forms.IntegerField(required=False, widget=forms.HiddenInput)
