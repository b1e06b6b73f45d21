from maillage.core.cli.worker import Command
