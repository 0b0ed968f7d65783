"""How the world gets in; each door translates one protocol to use cases and back."""
