"""What an assistant asks by the Model Context Protocol: registered operations, as tools."""
