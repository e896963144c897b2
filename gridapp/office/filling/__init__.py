"""Somebody's blank form, filled in and otherwise left as it was."""
