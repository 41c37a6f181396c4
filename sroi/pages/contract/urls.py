from django.urls import path

from sroi.pages.contract import (
    attention,
    changes,
    contractors,
    page,
    picked,
    plan,
    register,
    remind,
    settlement,
)

urlpatterns = [
    path("contracten/", register.ContractList.as_view(), name="contract-list"),
    path("contracten/lijst.<str:format>", register.ContractFile.as_view(), name="contract-file"),
    path("contracten/wijzigingen.<str:format>", register.ChangeFile.as_view(), name="change-file"),
    path("contracten/plannen.<str:format>", register.PlanFile.as_view(), name="plan-file"),
    path(
        "contracten/gekozen/overdragen/", picked.HandOverPicked.as_view(), name="picked-hand-over"
    ),
    path("contracten/gekozen/herinneren/", picked.RemindPicked.as_view(), name="picked-remind"),
    path(
        "opdrachtnemers/gekozen/herinneren/",
        picked.RemindContractors.as_view(),
        name="picked-contractors-remind",
    ),
    path(
        "opdrachtnemers/gekozen/uitnodigen/",
        picked.InviteContractors.as_view(),
        name="picked-contractors-invite",
    ),
    path("contracten/gekozen/uitnodigen/", picked.InvitePicked.as_view(), name="picked-invite"),
    path("contracten/<int:pk>/", page.ContractPage.as_view(), name="contract-detail"),
    path(
        "contracten/<int:pk>/geschiedenis/", page.ContractHistory.as_view(), name="contract-history"
    ),
    path(
        "contracten/<int:pk>/aandacht/",
        attention.ContractAttention.as_view(),
        name="contract-attention",
    ),
    path("contracten/<int:pk>/plan/", plan.ContractPlan.as_view(), name="contract-plan"),
    path("contracten/<int:pk>/plan/invullen/", plan.PlanEdit.as_view(), name="contract-plan-edit"),
    path(
        "contracten/<int:pk>/plan/weggooien/",
        plan.DiscardPlan.as_view(),
        name="contract-plan-discard",
    ),
    path(
        "contracten/<int:pk>/plan/antwoord/", plan.PlanAnswer.as_view(), name="contract-plan-answer"
    ),
    path("contracten/<int:pk>/plan/geen-nieuws/", plan.NoNews.as_view(), name="contract-no-news"),
    path("contracten/<int:pk>/plan/contact/", plan.Contact.as_view(), name="contract-contact"),
    path("contracten/<int:pk>/plan/niet-nodig/", plan.NoPlan.as_view(), name="contract-plan-none"),
    path(
        "regio/<slug:region>/herinneringen/",
        remind.ReminderTexts.as_view(),
        name="reminder-texts",
    ),
    path("contracten/<int:pk>/herinneren/", remind.Remind.as_view(), name="contract-remind"),
    path(
        "contracten/<int:pk>/afrekening/",
        settlement.ContractSettlement.as_view(),
        name="contract-settlement",
    ),
    path(
        "contracten/<int:pk>/afrekening/herstel/",
        settlement.Recovery.as_view(),
        name="settlement-recovery",
    ),
    path(
        "contracten/<int:pk>/afrekening/besluit/",
        settlement.Decide.as_view(),
        name="settlement-decide",
    ),
    path(
        "contracten/<int:pk>/afrekening/antwoord/",
        settlement.AnswerDraft.as_view(),
        name="settlement-answer",
    ),
    path(
        "contracten/<int:pk>/afrekening/heropenen/",
        settlement.Reopen.as_view(),
        name="settlement-reopen",
    ),
    path(
        "afrekeningen/<int:pk>/slotbrief.<slug:ending>",
        settlement.ClosingLetter.as_view(),
        name="closing-letter",
    ),
    path(
        "contracten/<int:pk>/te-herzien/", changes.OutdatedPage.as_view(), name="contract-outdated"
    ),
    path(
        "contracten/<int:pk>/wijzigen/<slug:kind>/",
        changes.ModifyWithConsequences.as_view(),
        name="contract-change",
    ),
    path(
        "contracten/<int:pk>/verbeteren/",
        changes.PutRightWithConsequences.as_view(),
        name="contract-put-right",
    ),
    path(
        "contracten/<int:pk>/opdrachtnemer/",
        changes.TakeOverWithConsequences.as_view(),
        name="contract-take-over",
    ),
    path(
        "contracten/voorstellen/<int:pk>/",
        changes.ProposalWithConsequences.as_view(),
        name="change-proposal",
    ),
    path("opdrachtnemers/", contractors.ContractorList.as_view(), name="contractor-list"),
    path(
        "opdrachtnemers/lijst.<str:format>",
        contractors.ContractorFile.as_view(),
        name="contractor-file",
    ),
    path(
        "opdrachtnemers/<int:pk>/mails/",
        contractors.ContractorMails.as_view(),
        name="contractor-mails",
    ),
    path(
        "opdrachtnemers/<int:pk>/", contractors.ContractorPage.as_view(), name="contractor-detail"
    ),
]
