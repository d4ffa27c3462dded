"""One file for each outside engine; each translates its engine's errors."""
