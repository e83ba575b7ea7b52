"""An answer as text for people and as data for programs."""
