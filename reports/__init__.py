"""Who hears of the verdicts: one pytest plugin a file, active in the controller only."""

PLUGINS = (
    "reports.hooks",
    "reports.csv",
    "reports.coverage",
    "reports.junit",
    "reports.html",
    "reports.log",
    "reports.terminal",
    "reports.standard_output",
    "reports.interruption",
)
"""The registry: what the root conftest names as ``pytest_plugins``. The first one decodes the
verdicts and hands them to the others, which know nothing of each other."""
