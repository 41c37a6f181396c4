from django.urls import path

from contracts.people.views import (
    colleagues,
    first_people,
    mail_choices,
    own_details,
    processing,
    users,
    welcome,
)

urlpatterns = [
    path("mijn-gegevens/wijzigen/", own_details.OwnDetails.as_view(), name="own-details"),
    path("mail/", mail_choices.mail_choices, name="mail-choices"),
    path("gebruikers/", users.UserList.as_view(), name="user-list"),
    path("gebruikers/uitnodigen/", users.Invite.as_view(), name="user-invite"),
    path("gebruikers/<int:pk>/", users.Change.as_view(), name="user-detail"),
    path("uitnodigingen/<int:pk>/opnieuw/", users.SendAgain.as_view(), name="invitation-again"),
    path(
        "uitnodigingen/<int:pk>/intrekken/",
        users.WithdrawInvitation.as_view(),
        name="invitation-withdraw",
    ),
    path(
        "opdrachtnemers/uitnodigen/",
        first_people.InviteFirstPeople.as_view(),
        name="contractors-invite",
    ),
    path(
        "opdrachtnemers/<int:pk>/uitnodigen/",
        users.InviteContractor.as_view(),
        name="contractor-invite",
    ),
    path("collegas/", colleagues.Colleagues.as_view(), name="colleague-list"),
    path("uitnodiging/<str:token>/", welcome.accept, name="invitation"),
    path("verwerkingen/", processing.processing_register, name="processing-register"),
]
