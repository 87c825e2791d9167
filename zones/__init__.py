"""Where targets come from: DNS, and nothing of TLS, pytest or reports."""
