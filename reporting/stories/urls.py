from django.urls import path

from reporting.notice.addresses import REGION
from reporting.stories import views

STORY = REGION + "verhalen/<int:story>/"

urlpatterns = [
    path(REGION + "verhalen/", views.StoriesPage.as_view(), name="report-stories"),
    path(REGION + "verhalen/nieuw/", views.NewStory.as_view(), name="report-story-new"),
    path(STORY, views.ChangeStory.as_view(), name="report-story"),
    path(STORY + "verwijderen/", views.RemoveStory.as_view(), name="report-story-remove"),
    path(STORY + "foto.jpg", views.StoryPicture.as_view(), name="report-story-picture"),
]
