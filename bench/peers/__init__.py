"""What others sync with, on the same rows and line; installed apart (make bench)."""
