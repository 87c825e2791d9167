"""What a target must satisfy: TLS and certificates; ``test_*.py`` alone know pytest."""
