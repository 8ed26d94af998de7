"""The record: every read is a query here, every write an operation here.

Queries take a session and return plain data. Operations take plain arguments and the acting person, write
an audit event, and never commit: the request, the command or the job commits once.
"""
