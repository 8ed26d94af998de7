"""Every write of the record, one module per subject. None commits."""
