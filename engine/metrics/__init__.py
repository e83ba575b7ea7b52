"""A pure fold of events into the figures that alerts, health and status read.

metrics = Metrics()
metrics.take(event, at_s)
metrics.readings(now_s)["query_success_ratio"]
"""

from engine.metrics.catalogue import CATALOGUE as CATALOGUE
from engine.metrics.catalogue import CIRCUIT as CIRCUIT
from engine.metrics.catalogue import GROUPS as GROUPS
from engine.metrics.catalogue import Kind as Kind
from engine.metrics.catalogue import Spec as Spec
from engine.metrics.catalogue import Unit as Unit
from engine.metrics.catalogue import spec as spec
from engine.metrics.fold import HEALTH_S as HEALTH_S
from engine.metrics.fold import Metrics as Metrics
from engine.metrics.reading import MetricValue as MetricValue
from engine.metrics.reading import Reading as Reading
from engine.metrics.samples import Newest as Newest
