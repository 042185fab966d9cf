"""`python -m nngrader`, the same as the command `nngrader`."""

from .cli import main

raise SystemExit(main())
