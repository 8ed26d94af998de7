"""The column of our workbook that says what is wrong while it is filled in: formulas, offline."""
