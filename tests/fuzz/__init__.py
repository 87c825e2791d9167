"""Inputs that nobody thought of: harnesses for atheris (libFuzzer) and the inputs that are kept.

A harness is a module with ``hold(data)``, which breaks where the code under test breaks its
contract. ``python -m tests.fuzz`` runs all of them; ``test_corpus`` holds what is kept, in every
run of the tests and without atheris.
"""

HARNESSES = ("transfer", "judge", "configuration", "dialogue", "master_file", "export")
INSTRUMENTED = (
    "checks",
    "dns",
    "faults",
    "reports",
    "service_identity",
    "settings",
    "tomllib",
    "zones",
)
"""Packages in which atheris counts which branches an input takes."""
