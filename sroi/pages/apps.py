"""The roof as an app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "sroi.pages"
    label = "pages"
