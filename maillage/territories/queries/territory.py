"""One territory with what its page shows; contours, which are heavy, stay in the database."""

from django.db.models import Prefetch, QuerySet

from maillage.territories.models import Commune, Epci, Qpv


def commune(code: str) -> Commune | None:
    """The commune or arrondissement of this Insee code, with its territories, its QPV (newest first) and its parts."""
    return (
        Commune.objects.filter(code=code)
        .defer("contour")
        .select_related("departement__region", "epci", "parent")
        .defer("parent__contour")
        .prefetch_related(
            Prefetch("qpv", _qpv_in_order()),
            Prefetch("arrondissements", Commune.objects.defer("contour").order_by("code")),
        )
        .first()
    )


def commune_written(text: str) -> Commune | None:
    """The commune that a person wrote: its Insee code, « Nom (code) », or a name that one commune alone has."""
    code = text.rsplit("(", 1)[-1].rstrip(") ")
    if found := Commune.objects.filter(pk=code.upper()).first():
        return found
    same = Commune.objects.filter(nom__iexact=text)[:2]
    return same[0] if len(same) == 1 else None


def epci(code: str) -> Epci | None:
    """The EPCI of this SIREN, with its communes (the largest first) and the QPV of each."""
    communes = (
        Commune.objects.filter(kind=Commune.Kind.COMMUNE)
        .defer("contour")
        .select_related("departement")
        .prefetch_related(Prefetch("qpv", _qpv_in_order()))
        .order_by("-population", "code")
    )
    return Epci.objects.filter(code=code).prefetch_related(Prefetch("communes", communes)).first()


def qpv(generation: int, code: str) -> Qpv | None:
    """The QPV of this code in this generation, with its commune."""
    return (
        _qpv_in_order()
        .filter(code=code, generation=generation)
        .select_related("commune__departement", "commune__epci")
        .defer("commune__contour")
        .first()
    )


def _qpv_in_order() -> QuerySet[Qpv]:
    return Qpv.objects.defer("contour").order_by("-generation", "nom", "code")
