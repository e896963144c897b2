"""Sync between a laptop and its county: messages, the merge, the laptop's side."""
