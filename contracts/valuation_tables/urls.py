from django.urls import path

from contracts.valuation_tables.views import editing, reading

urlpatterns = [
    path("bouwblokken/", reading.ValuationTableList.as_view(), name="table-list"),
    path("bouwblokken/<int:pk>/", reading.ValuationTableDetail.as_view(), name="table-detail"),
    path("bouwblokken/laden/", editing.Load.as_view(), name="table-load"),
    path("bouwblokken/controleren/", editing.Check.as_view(), name="table-check"),
    path("bouwblokken/formaat/", editing.Format.as_view(), name="table-format"),
    path(
        "bouwblokken/formaat/schema.json",
        editing.Format.as_view(name="schema.json"),
        name="table-schema",
    ),
    path("bouwblokken/vergelijken/", editing.Compare.as_view(), name="table-compare"),
    path("bouwblokken/<int:pk>/json/", editing.TableFile.as_view(), name="table-json"),
    path("bouwblokken/<int:pk>/opvolger/", editing.Succeed.as_view(), name="table-succeed"),
    path("bouwblokken/<int:pk>/bewerken/", editing.Edit.as_view(), name="table-edit"),
    path("bouwblokken/<int:pk>/regel/", editing.EditRow.as_view(), name="block-new"),
    path(
        "bouwblokken/<int:pk>/regel/<int:position>/verwijderen/",
        editing.RemoveRow.as_view(),
        name="block-remove",
    ),
    path(
        "bouwblokken/<int:pk>/regel/<int:position>/", editing.EditRow.as_view(), name="block-edit"
    ),
    path("bouwblokken/<int:pk>/weggooien/", editing.Discard.as_view(), name="table-discard"),
    path("bouwblokken/<int:pk>/ingang/", editing.InForce.as_view(), name="table-in-force"),
]
