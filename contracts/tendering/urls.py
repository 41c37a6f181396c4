from django.urls import path

from contracts.tendering import views

urlpatterns = [
    path("hulp-bij-aanbesteden/", views.TenderAid.as_view(), name="tender-aid"),
    path("hulp-bij-aanbesteden/tekst.docx", views.TenderPaper.as_view(), name="tender-paper"),
]
