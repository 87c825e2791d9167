"""Known advisories of what requirements.lock has: ``python3 tools/advisories.py``, after setup.

pip-audit itself says that no vulnerability is known, and ends well, where it could not look up a
single package. Here that is told for what it is.
"""  # noqa: INP001 - a script, no package

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_CHECKOUT = Path(__file__).resolve().parent.parent
_PIP_AUDIT = _CHECKOUT / "build" / "supply" / "bin" / "pip-audit"
_ASKED = ("-r", "requirements.lock", "--require-hashes", "--disable-pip", "--format", "json")


def main() -> int:
    """Print what is known; 1 for an advisory, or where pip-audit failed, else 0."""
    ended = subprocess.run(  # noqa: S603 - ours
        [str(_PIP_AUDIT), *_ASKED], cwd=_CHECKOUT, capture_output=True, text=True, check=False
    )
    try:
        answer = json.loads(ended.stdout)
    except ValueError:
        last = ended.stderr.strip().rpartition("\n")[2]
        sys.stdout.write(f"audit: NOTHING WAS LOOKED UP, pip-audit failed: {last}\n")
        return 1
    lines, code = told(answer["dependencies"])
    sys.stdout.write("\n".join(f"audit: {line}" for line in lines) + "\n")
    return code


def told(dependencies: list[dict[str, Any]]) -> tuple[list[str], int]:
    """Return what to say of pip-audit's answer, and the exit code.

    A package that could not be looked up is no failure, since advisories come over the network, but
    it is never told as a package without any.
    """
    skipped = [each["name"] for each in dependencies if "skip_reason" in each]
    lines = [
        f"{each['name']} {each['version']}: {found['id']}, mended in"
        f" {', '.join(found['fix_versions']) or 'no release yet'}"
        for each in dependencies
        for found in each.get("vulns", ())
    ]
    looked_up = len(dependencies) - len(skipped)
    count = f"{looked_up} of {len(dependencies)} packages looked up, {len(lines)} advisories"
    if skipped:
        count = f"INCOMPLETE: {count}; no answer from here for {', '.join(sorted(skipped))}"
    return [*lines, count], 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
