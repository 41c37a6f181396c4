"""What a page could cost at least: one SQL and an f-string behind the same session; and the list of
Django's admin. Addresses of the bench, beside all those of the product.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from contracts.models import Contract
from sroi.urls import handler500 as handler500
from sroi.urls import urlpatterns as of_the_product


def bare(request: HttpRequest) -> HttpResponse:
    rows = Contract.objects.order_by("pk").values_list("reference", "title")[:25]
    return HttpResponse(f"{request.user.pk} {list(rows)}")


class OpenSite(admin.AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return True


class ContractList(admin.ModelAdmin):
    """The same columns as far as they are columns, 25 to a page."""

    list_display = ("reference", "title", "contractor", "start_date", "end_date", "value", "state")
    list_select_related = ("contractor",)
    list_per_page = 25
    list_filter = ("state", "procurement_type")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_nothing_more(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_add_permission = has_change_permission = has_delete_permission = has_nothing_more
    has_module_permission = has_view_permission


site = OpenSite("bench")
site.register(Contract, ContractList)
urlpatterns = [path("bench/bare/", bare), path("bench/admin/", site.urls), *of_the_product]
