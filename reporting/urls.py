from django.urls import include, path

urlpatterns = [
    path("", include("reporting.goals.urls")),
    path("", include("reporting.opening.urls")),
    path("", include("reporting.texts.urls")),
    path("", include("reporting.particulars.urls")),
    path("", include("reporting.stories.urls")),
    path("", include("reporting.adoption.urls")),
    path("", include("reporting.pages.urls")),
    path("", include("reporting.statements.urls")),
    path("", include("reporting.programs.urls")),
]
