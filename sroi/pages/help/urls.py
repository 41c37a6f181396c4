from django.urls import path

from sroi.pages.help import guidance

urlpatterns = [
    path("hulp/", guidance.help_page, name="help"),
    path(
        "hulp/opdrachtnemer/",
        guidance.help_page,
        {"name": "help-contractor"},
        name="help-contractor",
    ),
    path("hulp/adviseur/", guidance.help_page, {"name": "help-adviser"}, name="help-adviser"),
    path(
        "hulp/inkoper/", guidance.help_page, {"name": "help-procurement"}, name="help-procurement"
    ),
    path("hulp/regiobeheerder/", guidance.help_page, {"name": "help-region"}, name="help-region"),
    path("hulp/lezer/", guidance.help_page, {"name": "help-reader"}, name="help-reader"),
    path("hulp/accountmanager/", guidance.help_page, {"name": "help-desk"}, name="help-desk"),
    path("hulp/partner/", guidance.help_page, {"name": "help-partner"}, name="help-partner"),
    path("hulp/waarde/", guidance.help_page, {"name": "help-values"}, name="help-values"),
    path("hulp/begrippen/", guidance.help_page, {"name": "help-terms"}, name="help-terms"),
    path("hulp/handleiding-opdrachtnemer.pdf", guidance.contractor_guide, name="contractor-guide"),
    path("toegankelijkheid/", guidance.accessibility, name="accessibility"),
]
