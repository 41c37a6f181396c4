from django.urls import path

from contracts.clients import views

urlpatterns = [
    path("opdrachtgevers/", views.ClientList.as_view(), name="client-list"),
    path("opdrachtgevers/nieuw/", views.new, name="client-new"),
    path("opdrachtgevers/<int:pk>/", views.detail, name="client-detail"),
    path("opdrachtgevers/<int:pk>/beeindigen/", views.end, name="client-end"),
]
