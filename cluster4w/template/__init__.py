"""The cluster template: one declaration of what a 4W row holds.

The workbook we hand out, the check on what comes in, the web form, the export, the API schema and the
help text all read it. Standard library only, so that every other part may depend on it.
"""
