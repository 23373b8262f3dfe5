"""The same as the command, for a Python that is told which module to run."""

import sys

from internkontroll.cli import main

sys.exit(main())
