from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "maillage.journeys"
    label = "journeys"
