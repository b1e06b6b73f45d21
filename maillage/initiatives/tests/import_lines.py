"""A file of a few lines, and what is read in the report of its import."""

from datetime import UTC, datetime

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
HEADER = "id;nom;description;thèmes;lat;lon;structure"
LILLE = "1;Atelier vélo;Réparer et vendre.;Financement;50,6365;3,0635;Les Roues"
BREST = "2;Épicerie solidaire;Une boutique.;lieux, marches;48.3904;-4.4861;"


def csv_of(*lines):
    return "\n".join((HEADER, *lines)) + "\n"


def counts(report):
    return report.read, report.created, report.updated, report.unchanged, report.rejected


def reasons(report):
    return [(rejection.line, rejection.field, rejection.reason) for rejection in report.rejections]
