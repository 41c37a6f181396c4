from django.urls import path

from placements.evidence import views

urlpatterns = [
    path("bewijsstukken/<int:pk>/", views.Download.as_view(), name="evidence-file"),
    path("bewijsstukken/<int:pk>/<int:page>/", views.PagePicture.as_view(), name="evidence-page"),
    path("bewijsstukken/<int:pk>/verwijderen/", views.Remove.as_view(), name="evidence-remove"),
    path("bewijsstukken/<int:pk>/wissen/", views.Erase.as_view(), name="evidence-erase"),
]
