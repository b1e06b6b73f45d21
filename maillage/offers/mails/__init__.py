"""Mails of the offers: plain text, no personal datum in a subject or an address."""
