"""The schema's history: one straight line of revisions, inside the package so that a wheel can migrate."""
