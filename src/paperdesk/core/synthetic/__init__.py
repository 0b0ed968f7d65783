"""A market that never was: seeded prices whose true coefficients are known. Arrays and floats are welcome here."""
