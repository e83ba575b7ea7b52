"""The service: units for systemd and launchd, put in place, started and taken away again."""
