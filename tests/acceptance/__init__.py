"""The thirty acceptance checks of a worker's day, done as a worker does them."""
