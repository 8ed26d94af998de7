"""What the rows of a file show: rules within a row, patterns and outliers over many."""
