"""Make ``.venv`` in the checkout fit for use: ``python3 tools/setup.py [KIND]``, else ``dev``.

``locked`` is for running zonecert only: exactly what requirements.lock has, each file of the hash
that it names. It needs Python's standard library only, and uv or pip. It installs where nothing is
installed yet, and where what is asked for or the Python has changed; else it takes no time. Nothing
outside the environment is touched.
"""  # noqa: INP001 - a script, no package

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older one learns of it
    sys.exit(
        "zonecert needs Python 3.11 or newer, this is %d.%d; name another with "  # noqa: UP031
        "make PYTHON=python3.12 ..." % sys.version_info[:2]
    )

_CHECKOUT = Path(__file__).resolve().parent.parent
_PINS = ("-c", "constraints.txt")
_DEVELOPER = ("pyproject.toml", "constraints.txt")
_KINDS = {
    "dev": (".venv", _DEVELOPER, ("-e", ".[dev]", *_PINS)),
    "fuzz": (".venv", _DEVELOPER, ("-e", ".[dev,fuzz]", *_PINS)),
    "locked": (".venv", ("requirements.lock",), ("--require-hashes", "-r", "requirements.lock")),
    # Apart: what looks at dependencies has many of its own.
    "supply": (
        "build/supply",
        ("tools/supply.txt", "constraints.txt"),
        ("-r", "tools/supply.txt", *_PINS),
    ),
}
"""Folder, what decides whether to install, and what to install."""
_KIND = sys.argv[1] if len(sys.argv) > 1 else "dev"
_FOLDER, _INPUTS, _WANTED = _KINDS[_KIND]
_ENVIRONMENT = _CHECKOUT / _FOLDER
_PYTHON = _ENVIRONMENT / "bin" / "python"
_STAMP = _ENVIRONMENT / f"zonecert-installed-{_KIND}"


def main() -> None:
    """Create and fill the environment, as far as that is not done yet."""
    if not _is_this_python():
        _say(f"making {_FOLDER}")
        _create()
    stamp = _fingerprint()
    if _STAMP.exists() and _STAMP.read_text(encoding="ascii") == stamp:
        return
    _say(f"installing what zonecert needs into {_FOLDER}")
    if not _run(*_installer(), *_WANTED):
        sys.exit("zonecert could not be installed; the installer says why above")
    _STAMP.write_text(stamp, encoding="ascii")


def _is_this_python() -> bool:
    if not _PYTHON.exists():
        return False
    asked = [str(_PYTHON), "-c", "import sys; print(sys.version)"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return answer.stdout.strip() == sys.version.strip()


def _create() -> None:
    shutil.rmtree(_ENVIRONMENT, ignore_errors=True)
    uv = shutil.which("uv")
    if uv and _run(uv, "venv", "--quiet", "--python", sys.executable, str(_ENVIRONMENT)):
        return
    # Debian without python3-venv has no ensurepip: there the pip outside fills the environment.
    if _run(sys.executable, "-m", "venv", str(_ENVIRONMENT), quiet=True):
        return
    shutil.rmtree(_ENVIRONMENT, ignore_errors=True)
    if not _run(sys.executable, "-m", "venv", "--without-pip", str(_ENVIRONMENT)):
        sys.exit("no virtual environment can be made; install uv, or on Debian python3-venv")


def _installer() -> list[str]:
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(_PYTHON)]
    for pip in ([str(_PYTHON), "-m", "pip"], [sys.executable, "-m", "pip"]):
        if _run(*pip, "--version", quiet=True):
            options = ["--quiet", "--no-compile", "--disable-pip-version-check"]
            return [*pip, "--python", str(_PYTHON), "install", *options]
    sys.exit("there is neither uv nor pip; install one of them, on Debian python3-venv")


def _run(*command: str, quiet: bool = False) -> bool:
    hidden = subprocess.DEVNULL if quiet else None
    ended = subprocess.run(  # noqa: S603 - nothing from outside is in it
        command, cwd=_CHECKOUT, stdout=hidden, stderr=hidden, check=False
    )
    return ended.returncode == 0


def _fingerprint() -> str:
    """Return what the installed is made of, as one hash."""
    parts = [(_CHECKOUT / name).read_bytes() for name in _INPUTS]
    return hashlib.sha256(b"\0".join([*parts, sys.version.encode()])).hexdigest()


def _say(text: str) -> None:
    sys.stderr.write(f"zonecert: {text}\n")


if __name__ == "__main__":
    main()
