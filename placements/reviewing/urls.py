from django.urls import path

from placements.reviewing import views

urlpatterns = [
    path("beoordelen/", views.ReviewQueue.as_view(), name="review-queue"),
    path("beoordelen/zinnen/", views.Phrases.as_view(), name="review-phrases"),
    path("beoordelen/<int:pk>/waarde/", views.ReviewValue.as_view(), name="review-value"),
    path("beoordelen/<int:pk>/", views.Review.as_view(), name="review"),
]
