"""Calls outside are tested against a server of our own."""

from tests.vendor_server import around, served_stand, stage, waits

__all__ = ["around", "served_stand", "stage", "waits"]
