from django.urls import path

from placements.register import views

urlpatterns = [
    path("invullingen/", views.FulfilmentList.as_view(), name="fulfilment-list"),
    path("invullingen/lijst.<str:format>", views.FulfilmentFile.as_view(), name="fulfilment-file"),
    path(
        "invullingen/gezien.<str:format>",
        views.EvidenceSeenFile.as_view(),
        name="evidence-seen-file",
    ),
    path("invullingen/<int:pk>/", views.FulfilmentDetail.as_view(), name="fulfilment-detail"),
]
