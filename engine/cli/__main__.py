"""`python -m engine.cli`: the `lobule` command without its installed script."""

import sys

from engine.cli.main import main

sys.exit(main())
