"""The services' systems, one module each. A seventeenth is a copy of one of these files."""
