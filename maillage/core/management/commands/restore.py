from maillage.core.cli.restore import Command
