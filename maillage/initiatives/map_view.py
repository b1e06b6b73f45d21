"""The map of a search as the server draws it: readable with no script, in print, before any script on a slow phone."""

from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.initiatives.models import Theme
from maillage.initiatives.queries.clusters import Cluster, Clusters, clusters
from maillage.initiatives.queries.frames import FRANCE, OVERSEAS, frame
from maillage.initiatives.queries.search import Criteria
