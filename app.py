"""The front door of the app: sign-in and navigation, nothing else."""

from optimiser.ui.front_door import open_app

open_app()
