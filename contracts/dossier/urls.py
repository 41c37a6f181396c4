from django.urls import path

from contracts.dossier import views

urlpatterns = [
    path("contracten/<int:pk>/dossier/", views.ContractDossier.as_view(), name="contract-dossier"),
    path("contracten/<int:pk>/dossier/notitie/", views.NewNote.as_view(), name="note-new"),
    path(
        "contracten/<int:pk>/dossier/afspraken/",
        views.Promises.as_view(),
        name="promises",
    ),
    path(
        "contracten/<int:pk>/dossier/contactpersoon/",
        views.NewPerson.as_view(),
        name="contact-person-new",
    ),
    path(
        "contracten/<int:pk>/dossier/contactpersoon/<int:person>/",
        views.NamePerson.as_view(),
        name="contact-person-name",
    ),
    path("contracten/<int:pk>/dossier/document/", views.NewDocument.as_view(), name="document-new"),
    path("dossier/notities/<int:pk>/gedaan/", views.SeeTo.as_view(), name="note-done"),
    path("dossier/notities/<int:pk>/verwijderen/", views.RemoveNote.as_view(), name="note-remove"),
    path(
        "dossier/contactpersonen/<int:pk>/verwijderen/",
        views.RemovePerson.as_view(),
        name="contact-person-remove",
    ),
    path("dossier/contactpersonen/<int:pk>/", views.EditPerson.as_view(), name="contact-person"),
    path("dossier/documenten/<int:pk>/", views.Download.as_view(), name="document-file"),
    path(
        "dossier/documenten/<int:pk>/verwijderen/",
        views.RemoveDocument.as_view(),
        name="document-remove",
    ),
]
