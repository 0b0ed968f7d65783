"""The paper broker: accounts, orders, positions and the ledger."""
