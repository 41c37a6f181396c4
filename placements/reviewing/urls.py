from django.urls import path

from placements.reviewing import views

urlpatterns = [
    path("beoordelen/", views.ReviewQueue.as_view(), name="review-queue"),
    path("beoordelen/<int:pk>/", views.Review.as_view(), name="review"),
]
