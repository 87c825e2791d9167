"""The goals of docs/performance.md, one a module."""
