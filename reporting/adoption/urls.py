from django.urls import path

from reporting.adoption import views
from reporting.notice.addresses import REGION

urlpatterns = [
    path(REGION + "voorstellen/", views.StepView.as_view(step="propose"), name="report-propose"),
    path(
        REGION + "terugsturen/", views.StepView.as_view(step="send-back"), name="report-send-back"
    ),
    path(REGION + "vaststellen/", views.StepView.as_view(step="finalise"), name="report-finalise"),
    path(REGION + "publiceren/", views.StepView.as_view(step="publish"), name="report-publish"),
    path(REGION + "herzieningen/", views.CorrectionPage.as_view(), name="report-corrections"),
    path(
        REGION + "verhalen/<int:story>/intrekken/",
        views.WithdrawStory.as_view(),
        name="report-story-withdraw",
    ),
    path(REGION + "herzien/", views.StepView.as_view(step="revise"), name="report-revise"),
]
