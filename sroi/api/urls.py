from django.urls import path

from sroi.api import ROOT, views

urlpatterns = [
    path(f"{ROOT}openapi.json", views.OpenApi.as_view(), name="api-description"),
    # After all that is there: without a page around it.
    path("api/<path:rest>", views.nothing_here, name="api-nothing"),
]
