"""Files that only their owner may read, written whole or not at all."""

import os
from contextlib import suppress
from errno import EEXIST
from pathlib import Path
from tempfile import mkstemp


def write_private(path: Path, content: bytes) -> None:
    """Write the file with mode 0600, in the place of what was there in one rename.

    Raises OSError where that cannot be; nothing is left of it then.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise FileExistsError(EEXIST, "is no ordinary file")
    # Made anew with mode 0600: a file that was there may be open to others, or read at this moment.
    handle, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
