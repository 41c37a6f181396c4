from django.urls import path

from contracts.social_firms import views

urlpatterns = [
    path("sociale-firmas/", views.SocialFirmList.as_view(), name="social-firm-list"),
    path("sociale-firmas/register/", views.RegisterList.as_view(), name="social-firm-register"),
    path(
        "sociale-firmas/register/lijst.<str:format>",
        views.RegisterFile.as_view(),
        name="social-firm-file",
    ),
    path(
        "sociale-firmas/register/verlengen/",
        views.RenewFirms.as_view(),
        name="social-firms-renew",
    ),
    path(
        "sociale-firmas/register/tonen/", views.PublishFirms.as_view(), name="social-firms-publish"
    ),
    path(
        "sociale-firmas/register/uit-de-gids/", views.HideFirms.as_view(), name="social-firms-hide"
    ),
    path("sociale-firmas/nieuw/", views.NewFirm.as_view(), name="social-firm-new"),
    path("sociale-firmas/voorstellen/", views.Propose.as_view(), name="social-firm-propose"),
    path(
        "sociale-firmas/voorstellen/<int:pk>/",
        views.Proposal.as_view(),
        name="social-firm-proposal",
    ),
    path("sociale-firmas/<int:pk>/", views.SocialFirmDetail.as_view(), name="social-firm-detail"),
    path(
        "sociale-firmas/erkenningen/<int:pk>/", views.OneRecognition.as_view(), name="recognition"
    ),
]
