"""A file beside the record, beside the last file, and beside what others report."""
