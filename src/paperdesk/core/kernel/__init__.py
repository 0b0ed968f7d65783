"""Money, ids, time, principal and errors: what every other room stands on."""
