"""The command line: verbs for a person or a script, spoken to the running server over REST."""
