"""docs/hostile.md says what is planted in the hostile world, and nothing else."""

import re
from pathlib import Path

from demo.hostile.planted import ENDPOINTS, ODD, UNSERVED
from demo.planted import Planted

PAGE = (Path(__file__).parents[2] / "docs" / "hostile.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([\w.-]+)` \| [^|]+ \| (.+) \|$", re.MULTILINE)


def told(planted: Planted) -> str:
    """What the page says of a target, its links left out."""
    if planted.status == "ok":
        return "passes"
    return f"{', '.join(planted.findings)}: {planted.says}"


def test_the_page_tells_what_is_planted() -> None:
    rows = {
        label: re.sub(r"\[([\w-]+)\]\([^)]*\)", r"\1", said) for label, said in ROW.findall(PAGE)
    }
    planted = ENDPOINTS | ODD | UNSERVED
    assert rows == {label: told(each) for label, each in planted.items()}
