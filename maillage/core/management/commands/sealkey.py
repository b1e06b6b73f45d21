from maillage.core.cli.sealkey import Command
