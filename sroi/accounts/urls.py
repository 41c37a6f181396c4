"""Signing in, and the pages of django-allauth that are in use."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.usersessions import views as sessions
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path
from django.views.decorators.http import require_POST

from sroi.accounts.views import SecondStep, SignIn, again_by_mail, second_step_again

urlpatterns = [
    path("aanmelden/", SignIn.as_view(), name="login"),
    path("aanmelden/", SignIn.as_view(), name="account_login"),
    path("afmelden/", require_POST(account.logout), name="account_logout"),
    path("afmelden/", require_POST(account.logout), name="logout"),
    path("account/gesloten/", account.account_inactive, name="account_inactive"),
    path("account/bevestigen/", account.reauthenticate, name="account_reauthenticate"),
    path("account/wachtwoord/", account.password_change, name="account_change_password"),
    path("account/wachtwoord/instellen/", account.password_set, name="account_set_password"),
    path("wachtwoord-vergeten/", account.password_reset, name="account_reset_password"),
    path(
        "wachtwoord-vergeten/verstuurd/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^wachtwoord-vergeten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "wachtwoord-vergeten/klaar/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/tweede-stap/", mfa.index, name="mfa_index"),
    path("aanmelden/tweede-stap/", SecondStep.as_view(), name="mfa_authenticate"),
    path("account/tweede-stap/opnieuw/", second_step_again, name="account_second_step_again"),
    path(
        "aanmelden/tweede-stap/opnieuw/<str:token>/",
        again_by_mail,
        name="account_second_step_by_mail",
    ),
    path("account/bevestigen/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/app/uit/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "account/herstelcodes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"
    ),
    path(
        "account/herstelcodes/nieuw/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/herstelcodes/bestand/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("account/sleutels/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("account/sleutels/nieuw/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("account/sleutels/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/sleutels/<int:pk>/weg/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path(
        "account/bevestigen/sleutel/",
        webauthn.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("aanmelden/sleutel/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("account/sessies/", sessions.list_usersessions, name="usersessions_list"),
    path("account/koppelingen/", social.connections, name="socialaccount_connections"),
    path(
        "aanmelden/elders/afgebroken/", social.login_cancelled, name="socialaccount_login_cancelled"
    ),
    path(
        "aanmelden/elders/mislukt/",
        login_not_required(social.login_error),
        name="socialaccount_login_error",
    ),
    path("aanmelden/elders/<slug:provider_id>/", oidc.login, name="openid_connect_login"),
    path(
        "aanmelden/elders/<slug:provider_id>/terug/", oidc.callback, name="openid_connect_callback"
    ),
]
