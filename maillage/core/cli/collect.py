from django_typer.management import TyperCommand

from maillage.core import assets


class Command(TyperCommand):
    """Compile the texts and collect the static files, each when its sources changed."""

    help = "Compile les textes et rassemble les fichiers statiques, s'ils ont changé."

    def handle(self) -> None:
        if assets.texts_are_old():
            assets.compile_texts()
        if assets.static_files_are_old():
            assets.collect_static_files()
