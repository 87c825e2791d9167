"""Zone transfer (RFC 5936), signed (RFC 8945) and over TLS (RFC 9103); needs dnspython alone."""
