"""The MCP door: the desk's use cases as tools for models, over streamable HTTP."""
