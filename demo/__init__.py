"""A small world on loopback to run the suite on: a DNS server, TLS servers good and bad."""
