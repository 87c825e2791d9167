"""A pytest plugin by which every worker of pytest-xdist dies at its first certificate's test."""

import os

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    if hasattr(item.config, "workerinput") and "test_certificate" in item.name:
        os._exit(9)
