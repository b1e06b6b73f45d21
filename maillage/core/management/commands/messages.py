from maillage.core.cli.messages import Command
