from django.urls import path

from placements.recording.views import drafts, interim, many, steps

urlpatterns = [
    path("invullingen/nieuw/", steps.NewFulfilment.as_view(), name="fulfilment-new"),
    path("invullingen/meer/", many.ManyPlacements.as_view(), name="fulfilment-many"),
    path("invullingen/concepten/", drafts.Drafts.as_view(), name="fulfilment-drafts"),
    path("invullingen/<int:pk>/wat/", steps.What.as_view(), name="fulfilment-what"),
    path(
        "invullingen/<int:pk>/wie-en-wanneer/", steps.Details.as_view(), name="fulfilment-details"
    ),
    path("invullingen/<int:pk>/firmas/", steps.Firms.as_view(), name="fulfilment-firms"),
    path("invullingen/<int:pk>/waarde/", steps.ValueNow.as_view(), name="fulfilment-value"),
    path("invullingen/<int:pk>/bewijs/", steps.EvidenceStep.as_view(), name="fulfilment-evidence"),
    path("invullingen/<int:pk>/controleren/", steps.Check.as_view(), name="fulfilment-check"),
    path("invullingen/<int:pk>/kopie/", steps.Copy.as_view(), name="fulfilment-copy"),
    path(
        "invullingen/<int:pk>/wijzigen/", steps.ChangeFulfilment.as_view(), name="fulfilment-change"
    ),
    path("invullingen/<int:pk>/aanpassen/", steps.TakeBack.as_view(), name="fulfilment-take-back"),
    path("invullingen/<int:pk>/intrekken/", steps.Withdraw.as_view(), name="fulfilment-withdraw"),
    path("tussenrapportage/", interim.InterimReport.as_view(), name="interim-report"),
]
