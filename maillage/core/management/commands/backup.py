from maillage.core.cli.backup import Command
