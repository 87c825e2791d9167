"""The tables ``tsig`` and ``tls`` of a source: where keys and certificates are, never what."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from zones.name import name_text, parse_name
from zones.transfer.key_file import read_key
from zones.transfer.secret import SecretError
from zones.transfer.tls import Tls, tls_context
from zones.transfer.tsig import ALGORITHMS, Key, make_key

_DEFAULT_ALGORITHM = "hmac-sha256"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def hidden(words: str) -> PydanticCustomError:
    """Return an error that is told without the value: that may be a secret in a wrong place."""
    return PydanticCustomError("hidden", "{words}", {"words": words})


def _variable(value: object) -> object:
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise hidden("is no name of an environment variable; the secret itself never stands here")
    return value


def is_table(value: object) -> object:
    """Return the value; raises an error that does not show it where it is no table."""
    if not isinstance(value, Mapping | BaseModel):
        raise hidden('is no table; write { key_file = "axfr.key" }, or name and secret_env')
    return value


def _algorithm(text: str) -> str:
    if text not in ALGORITHMS:
        raise ValueError(f"allowed: {', '.join(sorted(ALGORITHMS))}")
    return text


def _name_or_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return name_text(parse_name(text))


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    def located(self, folder: Path) -> Self:
        """See ``SourceModel.located``."""
        paths = {name: folder / value for name, value in self if isinstance(value, Path)}
        return self.model_copy(update=paths)


class TsigTable(_Table):
    """Where the key is that transfers are signed with (RFC 8945)."""

    name: Annotated[str, AfterValidator(lambda text: name_text(parse_name(text)))] | None = None
    """Of the key, as the server calls it; None: the only one of ``key_file``."""
    key_file: Path | None = None
    """In BIND's syntax."""
    secret_env: Annotated[str, BeforeValidator(_variable)] | None = None
    """Environment variable that holds the secret, base64."""
    algorithm: Annotated[str, AfterValidator(_algorithm)] | None = None
    """None: the file's, or hmac-sha256."""

    @model_validator(mode="after")
    def _says_one_place(self) -> Self:
        if (self.key_file is None) == (self.secret_env is None):
            raise hidden("needs key_file or secret_env, and only one of them")
        if self.secret_env is not None and self.name is None:
            raise hidden("needs name, beside secret_env: what the server calls the key")
        if self.key_file is not None and self.algorithm is not None:
            raise hidden("algorithm stands in key_file, and not here too")
        return self

    def key(self, environment: Mapping[str, str]) -> Key:
        """Return the key; raises SecretError."""
        if self.key_file is not None:
            return read_key(self.key_file, self.name or "")
        secret = environment.get(self.secret_env or "", "")
        if not secret:
            what = "the environment variable that tsig.secret_env names is not set, or empty"
            raise SecretError(what, "set it to the key's secret, in base64")
        try:
            return make_key(self.name or "", self.algorithm or _DEFAULT_ALGORITHM, secret)
        except ValueError as error:
            raise SecretError(f"tsig.secret_env: {error}", "copy the secret anew") from None


class TlsTable(_Table):
    """How servers prove who they are, and this host to them (RFC 9103 section 7.5)."""

    name: Annotated[str, AfterValidator(_name_or_address)] | None = None
    """Domain name or IP address that a server's certificate has to have; None: as ``server``."""
    ca_file: Path | None = None
    """PEM; None: the system's store."""
    cert_file: Path | None = None
    """PEM, with what stands above it; None: no client certificate."""
    key_file: Path | None = None
    """PEM; None: the key is in ``cert_file``."""

    @model_validator(mode="after")
    def _has_a_certificate_for_its_key(self) -> Self:
        if self.key_file is not None and self.cert_file is None:
            raise ValueError("key_file needs cert_file, the certificate that it is the key of")
        return self

    def client(self) -> Tls:
        """Return the terms on which servers are spoken to; raises SecretError."""
        context = tls_context(self.ca_file, self.cert_file, self.key_file)
        return Tls(context, self.name or "")
