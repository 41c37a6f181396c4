from django.urls import path

from placements.samples import views

urlpatterns = [
    path("steekproef/", views.Samples.as_view(), name="sample"),
    path("steekproef/<int:pk>/", views.SampleDetail.as_view(), name="sample-detail"),
    path("contracten/<int:pk>/dossier/bezoek/", views.Visit.as_view(), name="visit-new"),
    path("steekproef/controle/<int:pk>/", views.Check.as_view(), name="sample-check"),
]
