from django.urls import path

from reporting.statements import views

urlpatterns = [
    path("verklaringen/", views.OwnStatements.as_view(), name="statements-own"),
    path("opdrachtnemers/<int:pk>/verklaringen/", views.Statements.as_view(), name="statements"),
    path(
        "opdrachtnemers/<int:pk>/verklaringen/<int:contract>/<int:year>/",
        views.Issue.as_view(),
        name="statement-new",
    ),
    path("verklaringen/<int:pk>/pdf/", views.StatementPdf.as_view(), name="statement-pdf"),
    path("verklaring/", views.TryCode.as_view(), name="statement-try"),
    path("verklaring/<str:code>/", views.Shown.as_view(), name="statement-shown"),
]
