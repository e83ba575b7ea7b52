"""The engine looked at from above: faults on purpose, in a session made for them."""
