from django.urls import path

from placements.matching.views import desk, matches, offers

urlpatterns = [
    path("loket/", desk.DeskBoard.as_view(), name="desk"),
    path("loket/opdrachten/<int:pk>/", desk.WhatFits.as_view(), name="what-fits"),
    path("loket/opdrachten/<int:pk>/verder/", desk.WhatElse.as_view(), name="what-else"),
    path("loket/vragen/", offers.NeedList.as_view(), name="need-list"),
    path("loket/vragen/nieuw/", offers.NewNeed.as_view(), name="need-new"),
    path("loket/vragen/<int:pk>/", offers.NeedPage.as_view(), name="need-detail"),
    path("loket/vragen/<int:pk>/wijzigen/", offers.ChangeNeed.as_view(), name="need-change"),
    path("loket/vragen/<int:pk>/sluiten/", offers.CloseNeed.as_view(), name="need-close"),
    path("loket/vragen/<int:pk>/voorstellen/", offers.ProposeNeed.as_view(), name="need-propose"),
    path("loket/plekken/", offers.PlaceList.as_view(), name="place-list"),
    path("loket/plekken/nieuw/", offers.NewPlace.as_view(), name="place-new"),
    path("loket/plekken/<int:pk>/", offers.PlacePage.as_view(), name="place-detail"),
    path("loket/plekken/<int:pk>/sluiten/", offers.ClosePlace.as_view(), name="place-close"),
    path(
        "loket/plekken/<int:pk>/kandidaat/",
        offers.ProposeCandidate.as_view(),
        name="place-propose",
    ),
    path("loket/matches/", matches.MatchList.as_view(), name="match-list"),
    path("loket/matches/<int:pk>/", matches.MatchPage.as_view(), name="match-detail"),
    path("loket/matches/<int:pk>/akkoord/", matches.Agree.as_view(), name="match-agree"),
    path("loket/matches/<int:pk>/afwijzen/", matches.Decline.as_view(), name="match-decline"),
    path("loket/matches/<int:pk>/plan/", matches.IntoPlan.as_view(), name="match-plan"),
    path("loket/matches/<int:pk>/start/", matches.Start.as_view(), name="match-start"),
    path("loket/matches/<int:pk>/einde/", matches.End.as_view(), name="match-end"),
]
