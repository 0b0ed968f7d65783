"""Where market facts come from: recorded files, installed samples and a synthetic walk."""
