from django.urls import path

from contracts.coverage import views

urlpatterns = [
    path("dekking/", views.CoverageList.as_view(), name="coverage"),
    path("dekking/lijst.<str:format>", views.CoverageFile.as_view(), name="coverage-file"),
]
