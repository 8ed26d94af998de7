"""Our own workbooks: templates, the record, needs, and the hidden sheets by which they are known."""
