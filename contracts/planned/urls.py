from django.urls import path

from contracts.planned import views

urlpatterns = [
    path("geplande-aanbestedingen/", views.PlannedList.as_view(), name="planned-tenders"),
    path("geplande-aanbestedingen/nieuw/", views.NewTender.as_view(), name="planned-tender-new"),
    path("geplande-aanbestedingen/<int:pk>/", views.OneTender.as_view(), name="planned-tender"),
    path(
        "geplande-aanbestedingen/<int:pk>/verwijderen/",
        views.RemoveTender.as_view(),
        name="planned-tender-remove",
    ),
]
