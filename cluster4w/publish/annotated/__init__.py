"""The partner’s own workbook back, with what the check says in it and nothing else changed."""
