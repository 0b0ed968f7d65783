"""What the product does: one folder a feature, one file a use case."""
