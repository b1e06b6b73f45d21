"""What an instance needs before it serves: texts, static files, tables, territories and, in a demo, content.

Each step looks whether it has anything to do, so that a second start costs a second.
"""

import logging
from collections.abc import Callable

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from maillage.core import assets
from maillage.core.install.progress import step as announced
from maillage.core.upgrade import waiting


def prepare() -> None:
    """Bring the database, the texts and the static files up to date; say what takes time, on stderr."""
    step("Textes de l'interface", assets.texts_are_old, assets.compile_texts)
    step("Fichiers statiques", assets.static_files_are_old, assets.collect_static_files)
    step("Base de données", tables_are_old, lambda: call_command("migrate", verbosity=0))
    step("Communes, EPCI, départements, régions", territories_are_missing, load_territories)
    if settings.DEMO:
        step("Contenu de démonstration", demo_is_missing, lambda: call_command("demo", "load"))


def step(what: str, is_needed: Callable[[], bool], do: Callable[[], object]) -> None:
    """Do it when it is needed, announced as `bin/setup` does; what each action logs waits for the site itself."""
    if not is_needed():
        return
    with announced(what):
        logging.disable(logging.INFO)
        try:
            do()
        finally:
            logging.disable(logging.NOTSET)


def tables_are_old() -> bool:
    return bool(waiting())


def territories_are_missing() -> bool:
    """Whether communes, or the contours drawn from them (a later version's), are still to load."""
    return not all(apps.get_model("territories", model).objects.exists() for model in ("Commune", "Contour"))


def load_territories() -> None:
    call_command("territories", "load")


def demo_is_missing() -> bool:
    """Whether some app's demo content is still to load."""
    contents = (("initiatives", "Initiative"), ("offers", "Financing"))
    return not all(apps.get_model(*content).objects.exists() for content in contents)
