"""Other people's backtesters, each run by a Python of its own; none of them is a dependency of ours."""
