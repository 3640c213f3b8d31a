"""`python -m optimiser` and the console script."""

from __future__ import annotations

from optimiser.cli import main

if __name__ == "__main__":
    main()
