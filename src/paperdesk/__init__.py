"""Paperdesk: a whole trading desk on paper."""
