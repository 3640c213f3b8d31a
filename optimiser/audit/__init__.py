"""The run folder: written whole or not at all, with what an auditor needs."""
