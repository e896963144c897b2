"""数据同步: what waits, what happened, what a person must decide."""
