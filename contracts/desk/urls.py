from django.urls import path

from contracts.desk import views

urlpatterns = [
    path("waarneming/", views.StandIns.as_view(), name="stand-ins"),
    path("waarneming/<int:pk>/beeindigen/", views.EndStandIn.as_view(), name="stand-in-end"),
    path("agenda/", views.Calendar.as_view(), name="calendar"),
    path("werkvoorraad/uitstellen/", views.Later.as_view(), name="put-off-chosen"),
    path("werkvoorraad/contact/", views.Contact.as_view(), name="contact-chosen"),
    path("werkvoorraad/uitgesteld/", views.PutOffs.as_view(), name="put-off"),
    path("werkvoorraad/uitgesteld/<int:pk>/tonen/", views.ShowAgain.as_view(), name="put-off-show"),
]
