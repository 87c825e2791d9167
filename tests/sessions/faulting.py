"""A pytest plugin by which one function of the run raises what nobody foresaw.

The variable ZONECERT_TEST_FAULT names it, as ``module:Class.function``.
"""

import os
from functools import reduce
from importlib import import_module
from typing import NoReturn


class UnforeseenError(Exception):
    """Of no family that anybody catches."""


def _raise(*_: object, **__: object) -> NoReturn:
    raise UnforeseenError("forced by a test")


_module, _, _path = os.environ["ZONECERT_TEST_FAULT"].partition(":")
*_outer, _name = _path.split(".")
setattr(reduce(getattr, _outer, import_module(_module)), _name, _raise)
