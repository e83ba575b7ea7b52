"""`python -m bolt_tui` is `bolt-tui`."""

import sys

from bolt_tui.cli import main

sys.exit(main())
