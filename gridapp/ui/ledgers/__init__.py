"""Dialogs that take ledgers in, fill forms and write lists to files."""
