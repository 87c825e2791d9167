"""What records name: services, the ways to them, and whose they are. Pure."""
