"""Anybody's table, whatever program wrote it: one module for each form it comes in.

Files come from anybody, so every reader bounds what it unfolds before it unfolds it.
"""
