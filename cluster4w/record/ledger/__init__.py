"""The ledger: what the figures need of every version of the record, as columns of numbers.

Figures add up hundreds of thousands of rows by whatever somebody asks: area, month, organisation, activity
type, moment. In columns that takes milliseconds whatever is asked, and no question needs a summary of its
own.
"""
