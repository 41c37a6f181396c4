from django.urls import path

from placements.calculator import views

urlpatterns = [
    path("rekenhulp/", views.calculator, name="calculator"),
]
