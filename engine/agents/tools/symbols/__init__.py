"""Questions about names in code: where they are defined, used, called, tested."""
