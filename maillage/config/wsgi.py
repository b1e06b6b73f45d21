import os

from django.core.wsgi import get_wsgi_application

from maillage.core.processes import die_with_supervisor

die_with_supervisor()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")
application = get_wsgi_application()
