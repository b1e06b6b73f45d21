from maillage.core.cli.doctor import Command
