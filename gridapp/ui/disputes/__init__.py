"""矛盾调解: registering, the case with its parties and its acts, its papers."""
