from django.urls import include, path

urlpatterns = [
    path("", include("contracts.valuation_tables.urls")),
    path("", include("contracts.tendering.urls")),
    path("", include("contracts.planned.urls")),
    path("", include("contracts.registering.urls")),
    path("", include("contracts.acts.urls")),
    path("", include("contracts.social_firms.urls")),
    path("", include("contracts.coverage.urls")),
    path("", include("contracts.dossier.urls")),
    path("", include("contracts.facts.urls")),
    path("", include("contracts.letters.urls")),
    path("", include("contracts.people.urls")),
    path("", include("contracts.partners.urls")),
    path("", include("contracts.clients.urls")),
    path("", include("contracts.desk.urls")),
    path("", include("contracts.programs.urls")),
]
