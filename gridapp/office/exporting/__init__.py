"""Lists out, as Excel or CSV, in a table of their own or in the standard's."""
