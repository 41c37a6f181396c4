from django.urls import path

from contracts import changing, registering, social_firms, table_pages, tendering, views

urlpatterns = [
    path("bouwblokken/", views.ValuationTableList.as_view(), name="table-list"),
    path("bouwblokken/<int:pk>/", views.ValuationTableDetail.as_view(), name="table-detail"),
    path("hulp-bij-aanbesteden/", tendering.TenderAid.as_view(), name="tender-aid"),
    path("hulp-bij-aanbesteden/tekst.docx", tendering.TenderPaper.as_view(), name="tender-paper"),
    path("bouwblokken/laden/", table_pages.Load.as_view(), name="table-load"),
    path("bouwblokken/vergelijken/", table_pages.Compare.as_view(), name="table-compare"),
    path("bouwblokken/<int:pk>/json/", table_pages.TableFile.as_view(), name="table-json"),
    path("bouwblokken/<int:pk>/opvolger/", table_pages.Succeed.as_view(), name="table-succeed"),
    path("bouwblokken/<int:pk>/bewerken/", table_pages.Edit.as_view(), name="table-edit"),
    path("bouwblokken/<int:pk>/regel/", table_pages.EditRow.as_view(), name="block-new"),
    path("bouwblokken/<int:pk>/regel/<int:position>/", table_pages.EditRow.as_view(), name="block-edit"),
    path("bouwblokken/<int:pk>/weggooien/", table_pages.Discard.as_view(), name="table-discard"),
    path("bouwblokken/<int:pk>/ingang/", table_pages.InForce.as_view(), name="table-in-force"),
    path("contracten/nieuw/", registering.NewContract.as_view(), name="contract-new"),
    path("contracten/cpv-codes/", registering.CpvCodes.as_view(), name="cpv-codes"),
    path("contracten/concept/<int:pk>/", registering.Terms.as_view(), name="contract-draft"),
    path("contracten/concept/<int:pk>/verplichting/", registering.OwedNow.as_view(), name="contract-owed"),
    path("contracten/concept/<int:pk>/controleren/", registering.Check.as_view(), name="contract-check"),
    path("contracten/concept/<int:pk>/weggooien/", registering.Discard.as_view(), name="contract-discard"),
    path("contracten/<int:pk>/nadere-overeenkomst/", registering.CallOff.as_view(), name="contract-call-off"),
    path("contracten/<int:pk>/wijzigen/", changing.Changes.as_view(), name="contract-changes"),
    path("sociale-firmas/", social_firms.SocialFirmList.as_view(), name="social-firm-list"),
    path("sociale-firmas/register/", social_firms.RegisterList.as_view(), name="social-firm-register"),
    path("sociale-firmas/nieuw/", social_firms.NewFirm.as_view(), name="social-firm-new"),
    path("sociale-firmas/voorstellen/", social_firms.Propose.as_view(), name="social-firm-propose"),
    path("sociale-firmas/voorstellen/<int:pk>/", social_firms.Proposal.as_view(), name="social-firm-proposal"),
    path("sociale-firmas/<int:pk>/", social_firms.SocialFirmDetail.as_view(), name="social-firm-detail"),
    path("sociale-firmas/erkenningen/<int:pk>/", social_firms.OneRecognition.as_view(), name="recognition"),
]
