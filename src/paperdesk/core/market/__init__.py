"""Instruments, quotes, bars, sessions and the order of market facts."""
