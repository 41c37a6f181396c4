"""What is asked of an adviser who saw a document."""

from django import forms
from django.utils.translation import gettext_lazy

from sroi.fields import text_field


class SeenForm(forms.Form):
    kind = forms.SlugField(max_length=40, widget=forms.HiddenInput)
    how = text_field(gettext_lazy("What did you see, and how?"), 300)
