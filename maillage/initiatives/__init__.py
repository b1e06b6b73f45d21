"""The collaborative map: initiatives found, proposed, moderated, kept fresh, imported and exported."""
