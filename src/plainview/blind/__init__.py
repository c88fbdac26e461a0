"""Private linking: keyed encodings made at a partner's site, and linked without a name being sent."""
