from django.urls import path

from contracts.people.views import colleagues, mail_choices, processing, users, welcome

urlpatterns = [
    path("mail/", mail_choices.mail_choices, name="mail-choices"),
    path("gebruikers/", users.UserList.as_view(), name="user-list"),
    path("gebruikers/uitnodigen/", users.invite, name="user-invite"),
    path("gebruikers/<int:pk>/", users.change, name="user-detail"),
    path("gebruikers/<int:pk>/beeindigen/", users.end, name="user-end"),
    path("uitnodigingen/<int:pk>/intrekken/", users.withdraw_invitation, name="invitation-withdraw"),
    path("opdrachtnemers/<int:pk>/uitnodigen/", users.invite_contractor, name="contractor-invite"),
    path("collegas/", colleagues.colleagues, name="colleague-list"),
    path("uitnodiging/<str:token>/", welcome.accept, name="invitation"),
    path("verwerkingen/", processing.processing_register, name="processing-register"),
]
