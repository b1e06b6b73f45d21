"""What pydantic refuses, said in French."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def in_french(error: Mapping[str, Any]) -> str:
    """A sentence for one error of pydantic (its `type` and `ctx`), saying what is expected."""
    context = error.get("ctx") or {}
    sentences = {
        "missing": _("valeur nécessaire"),
        "int_parsing": _("il faut un nombre entier"),
        "int_type": _("il faut un nombre entier"),
        "int_from_float": _("il faut un nombre entier"),
        "float_parsing": _("il faut un nombre (point décimal)"),
        "float_type": _("il faut un nombre (point décimal)"),
        "finite_number": _("il faut un nombre fini"),
        "bool_parsing": _("il faut true ou false"),
        "string_type": _("il faut un texte"),
        "json_invalid": _("il faut du JSON valide"),
        "uuid_parsing": _("il faut un identifiant UUID"),
        "list_type": _("il faut une liste"),
        "model_type": _("il faut un objet"),
        "extra_forbidden": _("champ inconnu"),
        "greater_than": _("il faut plus de %(gt)s"),
        "greater_than_equal": _("il faut au moins %(ge)s"),
        "less_than": _("il faut moins de %(lt)s"),
        "less_than_equal": _("il faut au plus %(le)s"),
        "string_too_short": _("il faut au moins %(min_length)s caractères"),
        "string_too_long": _("il faut au plus %(max_length)s caractères"),
        "string_pattern_mismatch": _("il faut la forme %(pattern)s"),
        "enum": _("il faut une de ces valeurs : %(expected)s"),
        "literal_error": _("il faut une de ces valeurs : %(expected)s"),
        "too_long": _("il faut au plus %(max_length)s éléments"),
        "too_short": _("il faut au moins %(min_length)s éléments"),
    }
    kind = str(error.get("type", ""))
    if kind.startswith(("datetime", "date", "timezone")):
        return _("il faut une date au format 2026-11-23 ou 2026-11-23T18:30:00Z")
    if kind.startswith("url"):
        return _("il faut une adresse complète (https://…)")
    sentence = sentences.get(kind, _("valeur non valide"))
    try:
        return sentence % {name: str(value).replace(" or ", " ou ") for name, value in context.items()}
    except KeyError:
        return _("valeur non valide")
