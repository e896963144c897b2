"""What a grid worker does, as plain functions of a connection or a transaction."""
