"""What printed sheets are made with: fonts, lines, pages, codes, previews."""
