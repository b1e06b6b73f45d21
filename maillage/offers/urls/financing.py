"""Addresses of the money: aids, and the financing plan."""

from django.urls import URLPattern, URLResolver, path

from maillage.offers.views import financing, plan

app_name = "financing"
urlpatterns: list[URLPattern | URLResolver] = [
    path("financements/", financing.financings, name="list"),
    path("financements/<slug:slug>/", financing.financing, name="detail"),
    path("plan-de-financement/", plan.plan, name="plan"),
]
