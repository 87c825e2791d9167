"""What runs in scanner processes: the only place that imports SSLyze, nassl and OpenSSL.

Everything that goes in or out is made of primitives and of the types in ``checks.evidence``.
"""
