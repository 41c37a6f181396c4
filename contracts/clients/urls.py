from django.urls import path

from contracts.clients import views

urlpatterns = [
    path("opdrachtgevers/", views.ClientList.as_view(), name="client-list"),
    path("opdrachtgevers/nieuw/", views.NewClient.as_view(), name="client-new"),
    path("opdrachtgevers/<int:pk>/", views.Detail.as_view(), name="client-detail"),
    path("opdrachtgevers/<int:pk>/beeindigen/", views.End.as_view(), name="client-end"),
]
