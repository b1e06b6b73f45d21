"""The living page: sample data for every component, in every state. Nothing here comes from the database."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=_("Nom de l’initiative"), help_text=_("Comme vous le diriez à un voisin."), max_length=80
    )
    summary = forms.CharField(
        label=_("En quelques mots"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    email = forms.EmailField(label=_("Votre adresse e-mail"))
    place = forms.ChoiceField(
        label=_("Lieu"), choices=[("", _("Choisir")), ("a", _("À une adresse")), ("b", _("Dans un quartier"))]
    )
    day = forms.DateField(label=_("Début"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    phase = forms.ChoiceField(
        label=_("Où en êtes-vous ?"),
        widget=forms.RadioSelect,
        choices=[
            ("envie", _("J’ai envie, pas encore d’idée")),
            ("idee", _("J’ai une idée")),
            ("projet", _("Je monte mon projet")),
        ],
    )
    publics = forms.MultipleChoiceField(
        label=_("Pour qui"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("jeunes", _("Jeunes")), ("femmes", _("Femmes")), ("habitants", _("Tous les habitants"))],
    )
    photo = forms.FileField(label=_("Photo"), required=False, help_text=_("JPEG ou PNG, 10 Mo au plus."))
    agreed = forms.BooleanField(label=_("J’ai l’accord des personnes visibles sur la photo"))


PEOPLE = [
    ("Bus de l’initiative", "Garges-lès-Gonesse", 12, "fine"),
    ("Incubateur culinaire", "Goussainville", 4, "soon"),
    ("Ma boutique à l’essai", "Saint-Chamond", 1, "late"),
]


def living_page(request: HttpRequest) -> HttpResponse:
    """Every component of the site on one page."""
    wrong = SampleForm({"name": "", "email": "pas une adresse", "place": ""}, auto_id="wrong_%s")
    return render(
        request,
        "ui/living.html",
        {
            "plain_form": SampleForm(auto_id="plain_%s"),
            "wrong_form": wrong,
            "page_of_many": Paginator(range(200), 10).page(7),
            "rows": PEOPLE,
            "levels": [
                (messages.DEFAULT_TAGS[messages.INFO], _("Nous vous avons envoyé un message.")),
                (messages.DEFAULT_TAGS[messages.SUCCESS], _("Votre proposition est enregistrée.")),
                (
                    messages.DEFAULT_TAGS[messages.WARNING],
                    _("Cette fiche n’a pas été confirmée depuis un an."),
                ),
                (messages.DEFAULT_TAGS[messages.ERROR], _("Le fichier n’a pas pu être lu.")),
            ],
            "colours": [
                "paper",
                "sand",
                "card",
                "ink",
                "slate",
                "canal",
                "brick",
                "sun",
                "leaf",
                "amber",
                "garnet",
                "sea",
                "land",
            ],
        },
    )
