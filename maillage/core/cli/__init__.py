"""Commands that run and keep an instance; each is a one-line module of `management/commands`."""
