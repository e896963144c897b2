"""How records are kept: the encrypted SQLite file, its journal, search and photos."""
