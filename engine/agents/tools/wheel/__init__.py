"""Answers about the wheel: its ledger, its limits, what to sell next."""
