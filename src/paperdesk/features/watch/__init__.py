"""Watching: lists of symbols, and alerts that fire when a price comes."""
