"""Sheets for print, set with Typst: what they say, their maps and tables, their forms."""
