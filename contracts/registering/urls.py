from django.urls import path

from contracts.registering import views

urlpatterns = [
    path("contracten/nieuw/", views.NewContract.as_view(), name="contract-new"),
    path("contracten/cpv-codes/", views.CpvCodes.as_view(), name="cpv-codes"),
    path("contracten/concept/<int:pk>/", views.Terms.as_view(), name="contract-draft"),
    path(
        "contracten/concept/<int:pk>/verplichting/", views.OwedNow.as_view(), name="contract-owed"
    ),
    path("contracten/concept/<int:pk>/controleren/", views.Check.as_view(), name="contract-check"),
    path(
        "contracten/concept/<int:pk>/weggooien/", views.Discard.as_view(), name="contract-discard"
    ),
    path(
        "contracten/<int:pk>/nadere-overeenkomst/",
        views.CallOff.as_view(),
        name="contract-call-off",
    ),
]
