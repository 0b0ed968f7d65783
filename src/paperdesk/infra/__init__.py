"""The machine room: database, outbox, jobs, clock, settings."""
