from django.urls import path

from placements.what_if import views

urlpatterns = [
    path("bouwblokken/<int:pk>/wat-als/", views.TableWhatIf.as_view(), name="table-what-if"),
    path(
        "bouwblokken/<int:pk>/wat-als/lijst.<str:format>",
        views.TableWhatIfFile.as_view(),
        name="table-what-if-file",
    ),
]
