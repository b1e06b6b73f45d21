from maillage.core.cli.serve import Command
