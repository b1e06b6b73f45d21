import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _
from django_typer.management import TyperCommand

from maillage.core.errors import DomainError

NOT_OURS = ["node_modules/*", ".venv/*", "var/*"]
HEADER = "# Made by ./bin/maillage messages: French is the source, each sentence is its own translation.\n"


class CatalogueBehind(DomainError):
    """A sentence of the code is missing from the catalogue, or the reverse."""


class Command(TyperCommand):
    """Fill the French catalogue. French is the source, yet its plural rule (zero is singular) lives there."""

    help = "Remplit le catalogue français à partir des textes du code."

    def handle(
        self,
        check: Annotated[
            bool, typer.Option("--check", help="Refuser un catalogue en retard, sans le changer.")
        ] = False,
    ) -> None:
        path = catalogue()
        before = path.read_bytes() if path.exists() else None
        fill(path)
        after = path.read_bytes()
        if not check or before == after:
            return
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)
        raise CatalogueBehind(_("Le catalogue des textes est en retard : lancez ./bin/maillage messages."))


def catalogue() -> Path:
    """The one catalogue of the site."""
    return Path(settings.LOCALE_PATHS[0], "fr", "LC_MESSAGES", "django.po")


def fill(path: Path) -> None:
    """Write every sentence of the code and the templates, its own translation, sorted as gettext finds them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    call_command(
        "makemessages",
        locale=["fr"],
        ignore_patterns=NOT_OURS,
        no_location=True,
        no_obsolete=True,
        verbosity=0,
    )
    if shutil.which("msgen") is None:
        raise DomainError(_("gettext n'est pas installé : lancez ./bin/setup."))
    with tempfile.NamedTemporaryFile(suffix=".po") as filled:
        subprocess.run(["msgen", "--no-wrap", "-o", filled.name, str(path)], check=True)
        text = Path(filled.name).read_text()
    # the header's dates and names would change at every run
    text = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To):.*\n',
        "",
        text,
        flags=re.MULTILINE,
    )
    path.write_text(HEADER + text[text.index("msgid") :].replace('"Language: \\n"', '"Language: fr\\n"'))
