from django.urls import path

from reporting.notice.addresses import MUNICIPALITY, REGION
from reporting.particulars import views

urlpatterns = [
    path(REGION + "gegevens/", views.FilingPage.as_view(), name="report-filing"),
    path(REGION + "team-en-vooruitblik/", views.SupplementPage.as_view(), name="report-supplement"),
    path(MUNICIPALITY + "gegevens/", views.FilingPage.as_view(), name="report-municipality-filing"),
]
