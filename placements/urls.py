from django.urls import path

from placements import calculator, checking, files, recording, reporting_in, reviewing, views

urlpatterns = [
    path("invullingen/", views.FulfilmentList.as_view(), name="fulfilment-list"),
    path("invullingen/lijst.<str:format>", views.FulfilmentFile.as_view(), name="fulfilment-file"),
    path("invullingen/nieuw/", recording.NewFulfilment.as_view(), name="fulfilment-new"),
    path("invullingen/<int:pk>/", views.FulfilmentDetail.as_view(), name="fulfilment-detail"),
    path("invullingen/<int:pk>/wat/", recording.What.as_view(), name="fulfilment-what"),
    path("invullingen/<int:pk>/wie-en-wanneer/", recording.Details.as_view(), name="fulfilment-details"),
    path("invullingen/<int:pk>/firmas/", recording.Firms.as_view(), name="fulfilment-firms"),
    path("invullingen/<int:pk>/waarde/", recording.ValueNow.as_view(), name="fulfilment-value"),
    path("invullingen/<int:pk>/bewijs/", recording.EvidenceStep.as_view(), name="fulfilment-evidence"),
    path("invullingen/<int:pk>/controleren/", recording.Check.as_view(), name="fulfilment-check"),
    path("invullingen/<int:pk>/kopie/", recording.Copy.as_view(), name="fulfilment-copy"),
    path("invullingen/<int:pk>/wijzigen/", recording.Change.as_view(), name="fulfilment-change"),
    path("invullingen/<int:pk>/intrekken/", recording.Withdraw.as_view(), name="fulfilment-withdraw"),
    path("bewijsstukken/<int:pk>/", files.Download.as_view(), name="evidence-file"),
    path("bewijsstukken/<int:pk>/<int:page>/", files.PagePicture.as_view(), name="evidence-page"),
    path("bewijsstukken/<int:pk>/verwijderen/", files.Remove.as_view(), name="evidence-remove"),
    path("bewijsstukken/<int:pk>/wissen/", files.Erase.as_view(), name="evidence-erase"),
    path("beoordelen/<int:pk>/gezien/", files.Seen.as_view(), name="evidence-seen"),
    path("tussenrapportage/", reporting_in.InterimReport.as_view(), name="interim-report"),
    path("rekenhulp/", calculator.calculator, name="calculator"),
    path("beoordelen/", reviewing.ReviewQueue.as_view(), name="review-queue"),
    path("beoordelen/<int:pk>/", reviewing.Review.as_view(), name="review"),
    path("steekproef/", checking.Samples.as_view(), name="sample"),
    path("steekproef/<int:pk>/", checking.SampleDetail.as_view(), name="sample-detail"),
    path("steekproef/controle/<int:pk>/", checking.Check.as_view(), name="sample-check"),
]
