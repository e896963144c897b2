"""Photos of any record: taking them in, thumbnails, one large."""
