"""The pages that officials look at in a browser: figures of grids, and no person."""
