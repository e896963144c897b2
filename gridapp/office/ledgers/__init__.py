"""Ledgers in: what columns and cells mean, what each row comes to, and writing it."""
