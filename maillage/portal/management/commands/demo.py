from maillage.portal.cli import Command as Command
