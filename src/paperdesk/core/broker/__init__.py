"""The broker as pure functions over one account."""
