"""Opening a file: what it is by its content, what it holds before anybody reads it, and its cells."""
