"""Charts: declared once, drawn once, the same in the page, in the sheet for print and in every file."""
