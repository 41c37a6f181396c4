from django.urls import path

from sroi.pages.work import calendar, changed, log, region, search, start, work_list

urlpatterns = [
    path("", start.start, name="start"),
    path("termijnen/", work_list.due, name="due"),
    path("agenda/<str:secret>.ics", calendar.calendar_feed, name="calendar-feed"),
    path("werkvoorraad/veranderd/", changed.changed, name="changed"),
    path("zoeken/", search.search, name="search"),
    path("regio/", region.my_region, name="region-detail"),
    path("regio/<slug:code>/", region.region_page, name="region-detail"),
    path("logboek/", log.log, name="history"),
]
