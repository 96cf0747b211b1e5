"""The record out of the house: as a file that proves itself, a table, a printed page, and what other systems read.

`file` gathers everything from the store, once; every other module is a pure function of what it gathered.
"""
