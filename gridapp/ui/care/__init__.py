"""What several pages show of a person: the file, plans, drafts, words of what is due."""
