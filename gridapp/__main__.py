"""python -m gridapp."""

from gridapp.cli import main

main()
