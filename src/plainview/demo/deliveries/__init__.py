"""The services of the fictional authority, and the extracts they send.

`lives` arranges the population, `rates` says how often each service errs, `entries` and `events` make what a
service knows, a module in `sources/` declares a system and lays out its extract, `files` writes it.
"""
