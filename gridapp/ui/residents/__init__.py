"""居民档案: people, households, and what is done with their files."""
