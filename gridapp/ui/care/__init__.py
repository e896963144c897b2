"""What several pages show of a person: file, plans, drafts, words of what is due."""
