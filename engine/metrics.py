"""A pure fold of events into the figures that alerts, health and status read."""
