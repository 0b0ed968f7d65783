"""Who is at the desk: tenants, users, keys, logins, and the way from a request to a unit of work."""
