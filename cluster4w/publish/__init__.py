"""The way out: template workbooks, monthly exports, gap tables and drawings as files."""
