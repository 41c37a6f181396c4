from django.urls import path

from contracts.partners import views

urlpatterns = [
    path("partners/", views.PartnerList.as_view(), name="partner-list"),
    path("partners/toevoegen/", views.NewPartner.as_view(), name="partner-new"),
    path("partners/meedoen/", views.AskToTakePart.as_view(), name="partner-ask"),
    path("partners/<int:pk>/", views.PartnerPage.as_view(), name="partner-detail"),
    path("partners/<int:pk>/toelaten/", views.LetIn.as_view(), name="partner-let-in"),
    path("partners/<int:pk>/niet-toelaten/", views.Refuse.as_view(), name="partner-refuse"),
]
