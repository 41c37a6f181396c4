from django.urls import path

from reporting.goals import views

urlpatterns = [
    path("beleid/", views.my_policy, name="policy"),
    path("beleid/<slug:region>/", views.PolicyPage.as_view(), name="policy"),
    path("beleid/<slug:region>/wijzigen/", views.PolicyChange.as_view(), name="policy-change"),
    path("beleid/<slug:region>/wat-als/", views.PolicyWhatIf.as_view(), name="policy-what-if"),
    path(
        "beleid/<slug:region>/wat-als/lijst.<str:format>",
        views.PolicyWhatIfFile.as_view(),
        name="policy-what-if-file",
    ),
    path("beleid/<slug:region>/doel/", views.GoalPage.as_view(), name="policy-goal"),
]
