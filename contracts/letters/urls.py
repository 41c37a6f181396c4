from django.urls import path

from contracts.letters import views

urlpatterns = [
    path("regio/<slug:region>/huisstijl/", views.HouseStylePage.as_view(), name="house-style"),
]
