"""Running the desk: jobs and health."""
