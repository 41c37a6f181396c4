from django.urls import path

from placements.uploads import views

urlpatterns = [
    path("importeren/", views.Import.as_view(), name="import"),
    path("importeren/voorbeeld/<slug:kind>.xlsx", views.Example.as_view(), name="import-example"),
    path("importeren/<int:pk>/", views.ImportPage.as_view(), name="import-detail"),
    path("importeren/<int:pk>/tabel/", views.ImportTable.as_view(), name="import-table"),
    path("importeren/<int:pk>/weglaten/", views.ImportLeaveOut.as_view(), name="import-leave-out"),
    path("importeren/<int:pk>/kolommen/", views.ImportColumns.as_view(), name="import-columns"),
    path("importeren/<int:pk>/cellen/", views.ImportCells.as_view(), name="import-cells"),
    path("importeren/<int:pk>/vervangen/", views.ImportReplace.as_view(), name="import-replace"),
    path("importeren/<int:pk>/bedrijf/<int:row>/", views.ImportFirm.as_view(), name="import-firm"),
    path("importeren/<int:pk>/excel/", views.ImportSendBack.as_view(), name="import-send-back"),
    path("importeren/<int:pk>/inlezen/", views.ImportRun.as_view(), name="import-run"),
    path("importeren/<int:pk>/opnieuw/", views.ImportAgain.as_view(), name="import-again"),
    path("importeren/<int:pk>/wissen/", views.ImportDiscard.as_view(), name="import-discard"),
    path(
        "importeren/<int:pk>/fouten.<str:format>",
        views.ImportFaults.as_view(),
        name="import-faults",
    ),
]
