"""走访记录 and the form for a visit or a call."""
