"""Measurements of the program beside yardsticks taken in the same run.

A figure says little on another machine; its ratio to a yardstick does. Nothing here
passes or fails: a bar that was set for a ratio is only shown beside it.
"""
