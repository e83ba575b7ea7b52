"""Every part looked at, now."""
