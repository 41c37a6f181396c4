from django.urls import include, path

urlpatterns = [
    path("", include("placements.register.urls")),
    path("", include("placements.recording.urls")),
    path("", include("placements.evidence.urls")),
    path("", include("placements.calculator.urls")),
    path("", include("placements.reviewing.urls")),
    path("", include("placements.dialogue.urls")),
    path("", include("placements.outcomes.urls")),
    path("", include("placements.linking.urls")),
    path("", include("placements.samples.urls")),
    path("", include("placements.what_if.urls")),
    path("", include("placements.uploads.urls")),
    path("", include("placements.matching.urls")),
    path("", include("placements.retention.urls")),
    path("", include("placements.programs.urls")),
]
