"""French paths for allauth's views, under their own names; no page asks for a password, because nobody has one."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.generic import RedirectView

from maillage.accounts import provider, second_factor, views

to_sign_in = login_not_required(RedirectView.as_view(pattern_name="account_login"))

signing_in = [
    path("connexion/", account.login, name="account_login"),
    path("connexion/code/", account.confirm_login_code, name="account_confirm_login_code"),
    path("connexion/code/demander/", to_sign_in, name="account_request_login_code"),
    path("connexion/cle/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("connexion/verification/", mfa.authenticate, name="mfa_authenticate"),
    path("connexion/demo/", views.enter_demo, name="account_demo"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("inscription/", account.signup, name="account_signup"),
    path("inscription/code/", account.email_verification_sent, name="account_email_verification_sent"),
    path("inactif/", account.account_inactive, name="account_inactive"),
    # allauth names these in mails and redirections
    path("mot-de-passe/", to_sign_in, name="account_reset_password"),
    path("mot-de-passe/changer/", to_sign_in, name="account_change_password"),
    path("mot-de-passe/choisir/", to_sign_in, name="account_set_password"),
]
own_account = [
    path("", views.home, name="account_home"),
    path("adresse/", account.email, name="account_email"),
    path("donnees/", views.export, name="account_export"),
    path("supprimer/", views.delete, name="account_delete"),
    path("sessions/", views.sessions, name="usersessions_list"),
    path("roles/", views.roles, name="account_roles"),
    path("roles/<int:number>/retirer/", views.revoke, name="account_role_revoke"),
]
security = [
    path("deuxieme-preuve/", second_factor.prove, name="account_second_factor"),
    path("securite/", mfa.index, name="mfa_index"),
    path("confirmer/", account.reauthenticate, name="account_reauthenticate"),
    path("confirmer/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("confirmer/cle/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("securite/application/", totp.activate_totp, name="mfa_activate_totp"),
    path("securite/application/retirer/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("securite/secours/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("securite/secours/renouveler/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("securite/secours/telecharger/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("securite/cles/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("securite/cles/ajouter/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("securite/cles/<int:pk>/retirer/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("securite/cles/<int:pk>/renommer/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]
providers = [
    path("fournisseurs/", social.connections, name="socialaccount_connections"),
    path("fournisseurs/annule/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("fournisseurs/echec/", social.login_error, name="socialaccount_login_error"),
    path("fournisseurs/inscription/", social.signup, name="socialaccount_signup"),
    # the names and paths that allauth's provider expects
    path("oidc/<str:provider_id>/login/", provider.login, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", provider.callback, name="openid_connect_callback"),
]
urlpatterns = [*signing_in, *own_account, *security, *providers]
