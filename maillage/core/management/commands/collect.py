from maillage.core.cli.collect import Command
