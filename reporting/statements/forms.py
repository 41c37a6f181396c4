from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.statements.codes import as_typed


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("Twenty letters and digits, in groups of five."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = as_typed(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("Type the code that is on the statement."))
        return code
