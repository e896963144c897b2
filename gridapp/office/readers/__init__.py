"""One module for each form a table comes in; each makes `RawSheet`s out of bytes.

Files come from anybody, so every reader bounds what it unfolds before it unfolds it.
"""
