"""A strategy over recorded days: its market, its run, its report."""
