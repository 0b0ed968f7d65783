"""Models of what options are worth: arrays of floats, never money."""
