from django.urls import include, path

from sroi.pages import shell

urlpatterns = [
    path("rol/", shell.switch_role, name="switch-role"),
    path("", include("sroi.pages.work.urls")),
    path("", include("sroi.pages.contract.urls")),
    path("", include("sroi.pages.help.urls")),
]
