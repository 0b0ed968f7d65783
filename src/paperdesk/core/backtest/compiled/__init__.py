"""The compiled driver: the broker's rules over arrays of whole numbers, equal to the exact engine or refused."""
