"""今日待办: what is due, plans that are missing, extra rounds."""
