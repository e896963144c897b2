"""Forms, dialogs and lists built from the fields of any record type."""
