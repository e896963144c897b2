"""Small widgets of the window, each with one job; they take the theme they paint by."""
