"""Files of TSIG keys in BIND's syntax, as ``tsig-keygen`` writes them.

dnspython's own reader takes the first key of a file and no comments, and its errors do not say what
is wrong.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from zones.transfer.secret import SecretError, read_private
from zones.transfer.tsig import Key, make_key

# Inside of a word, as in unquoted base64, two slashes begin no comment.
_COMMENT = re.compile(r'("[^"\n]*")|(?<![^\s{};])(?://[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z))', re.DOTALL)
_WORD = r'(?:"(?P<quoted>[^"\n{};]*)"|(?P<bare>[^\s"{};]+))'
_KEY = re.compile(rf"\s*key\s+{_WORD}\s*\{{(?P<clauses>[^{{}}]*)\}}\s*;\s*")
_CLAUSE = re.compile(rf"\s*(?P<keyword>algorithm|secret)\s+{_WORD}\s*;\s*")
_RENEW = "write it anew with 'tsig-keygen -a hmac-sha256 NAME', or mend tsig.name"


class _FaultError(Exception):
    """What is wrong with the file; shows none of its text, as that may be the secret."""


def read_key(path: Path, name: str) -> Key:
    """Return the key of that name; empty: the only one of the file. Raises SecretError."""
    text = read_private(path).decode(errors="replace")
    try:
        return _chosen([*_keys(text)], name)
    except (_FaultError, ValueError) as fault:
        raise SecretError(f"{path}: {fault}", _RENEW) from None


def _chosen(keys: list[Key], name: str) -> Key:
    names = ", ".join(sorted(key.shown for key in keys))
    match [key for key in keys if name in {"", key.shown}]:
        case [key]:
            return key
        case [] if keys:
            raise _FaultError(f"holds no key {name}, but {names}")
        case []:
            raise _FaultError("holds no key")
        case _:
            raise _FaultError(f"holds several keys, {names}: which one?")


def _keys(text: str) -> Iterator[Key]:
    """Yield each ``key NAME { algorithm NAME; secret TEXT; };``."""
    bare = _COMMENT.sub(lambda found: found[1] or " ", text).strip()
    for statement in _matches(_KEY, bare, "holds something else than key statements"):
        name = _word(statement)
        found = _matches(_CLAUSE, statement["clauses"], f"key {name}: is not as tsig-keygen writes")
        clauses = {clause["keyword"]: _word(clause) for clause in found}
        if clauses.keys() != {"algorithm", "secret"}:
            raise _FaultError(f"key {name}: needs an algorithm and a secret")
        yield make_key(name, clauses["algorithm"], clauses["secret"])


def _matches(pattern: re.Pattern[str], text: str, fault: str) -> Iterator[re.Match[str]]:
    """Yield one match after the other until the end of the text."""
    at = 0
    while at < len(text):
        found = pattern.match(text, at)
        if found is None:
            raise _FaultError(fault)
        yield found
        at = found.end()


def _word(found: re.Match[str]) -> str:
    return found["bare"] if found["quoted"] is None else found["quoted"]
