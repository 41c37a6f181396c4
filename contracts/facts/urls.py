from django.urls import path

from contracts.facts import views

urlpatterns = [
    path(
        "opdrachtnemers/<int:pk>/verbeteren/",
        views.PutRightContractor.as_view(),
        name="contractor-put-right",
    ),
    path("gebruikers/<int:pk>/beeindigen/", views.EndRole.as_view(), name="user-end"),
    path("contracten/overdragen/", views.HandOver.as_view(), name="contract-hand-over"),
    path("contracten/overdragen/<int:pk>/niet/", views.KeepAdviser.as_view(), name="hand-over-not"),
]
