"""Addresses of the pages about people: users, invitations, what is kept about them, and the log."""

from django.urls import path

from contracts.people.views import colleagues, processing, users, welcome
from placements.retention import views as privacy
from sroi.pages import history

urlpatterns = [
    path("gebruikers/", users.UserList.as_view(), name="user-list"),
    path("gebruikers/uitnodigen/", users.invite, name="user-invite"),
    path("gebruikers/<int:pk>/", users.change, name="user-detail"),
    path("gebruikers/<int:pk>/beeindigen/", users.end, name="user-end"),
    path("gebruikers/<int:pk>/gegevens/", privacy.held_user, name="held-user"),
    path("uitnodigingen/<int:pk>/intrekken/", users.withdraw_invitation, name="invitation-withdraw"),
    path("opdrachtnemers/<int:pk>/uitnodigen/", users.invite_contractor, name="contractor-invite"),
    path("collegas/", colleagues.colleagues, name="colleague-list"),
    path("uitnodiging/<str:token>/", welcome.accept, name="invitation"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("gegevens/", privacy.held_candidate, name="held-candidate"),
    path("logboek/", history.log, name="history"),
    path("verwerkingen/", processing.processing_register, name="processing-register"),
]
