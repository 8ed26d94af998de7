"""Every read of the record, one module per subject."""
