from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed, precompressed files; ES modules keep their import paths."""

    support_js_module_import_aggregation = True
