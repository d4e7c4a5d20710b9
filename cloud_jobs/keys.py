"""The API key: where it comes from, and how it is kept out of everything that can be read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from .errors import KeyFileError, KeyMissingError
from .service import Service
from .storage import others_can_read, private_folder, write_private

_SIGNED_QUERY = re.compile(r"((?:https?|s3)://[^\s\"'<>?]+)\?[^\s\"'<>]+")
_AUTHORIZATION = re.compile(r"\b(Basic|Bearer)\s+[\w+/=:.@~-]{6,}", re.IGNORECASE)


def scrub_links(text: str) -> str:
    """Cut the query off every address: with a signed link, the query is the secret."""
    return _AUTHORIZATION.sub(r"\1 …", _SIGNED_QUERY.sub(r"\1?…", text))


class ApiKey:
    """A key that can be used but not shown: repr, str, pickle and copy give nothing away.

    source: where it was found, for display.
    """

    __slots__ = ("__secret", "service", "source")

    def __init__(self, text: str, source: str, service: Service) -> None:
        secret = text.strip().strip("\"'").strip()
        for scheme in ("basic ", "bearer "):
            if secret.lower().startswith(scheme):
                secret = secret[len(scheme) :].strip()
        if len(secret) < 8 or not secret.isascii() or not secret.isprintable() or " " in secret:
            raise KeyFileError(
                f"The {service.title} key from {source} is malformed; copy it again from {service.key_form}."
            )
        self.__secret = secret
        self.source = source
        self.service = service

    def __repr__(self) -> str:
        return f"<{self.service.title} key from {self.source}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key can't be pickled or copied")

    def header(self, style: str) -> dict[str, str]:
        """The header that carries the key. style: "auto" is the first of `styles`."""
        form = self.styles()[0] if style == "auto" else style
        return {self.service.header: self.service.encode(self.__secret, form)}

    def styles(self) -> tuple[str, ...]:
        """The forms of the header worth trying, most likely first."""
        return self.service.styles(self.__secret)

    def fingerprint(self, salt: bytes) -> str:
        """Tells accounts apart without giving the key away (HMAC-SHA256, first 8 hex digits)."""
        return hmac.new(salt, self.__secret.encode(), hashlib.sha256).hexdigest()[:8]

    def scrub(self, text: str) -> str:
        """Remove the key, its halves and their encodings from a text, and the query of every link."""
        forms = {self.__secret, *self.__secret.split(":")}
        forms |= {base64.b64encode(form.encode()).decode() for form in (self.__secret, f"{self.__secret}:")}
        for form in sorted((f for f in forms if len(f) >= 6), key=len, reverse=True):
            text = text.replace(form, "…").replace(form.rstrip("="), "…")
        return scrub_links(text)

    def scrub_all(self, content: Any) -> Any:
        """The same of every text in decoded JSON, names of fields included."""
        if isinstance(content, str):
            return self.scrub(content)
        if isinstance(content, list):
            return [self.scrub_all(each) for each in content]
        if isinstance(content, dict):
            return {self.scrub(name): self.scrub_all(each) for name, each in content.items()}
        return content


def find_key(service: Service, folder: Path, environ: Mapping[str, str] | None = None) -> ApiKey:
    """The key from the service's variables, the key file, or the system's keyring, in this order.

    Raises KeyMissingError, or KeyFileError if the file can be read by others or is malformed."""
    environ = os.environ if environ is None else environ
    for name in service.key_variables:
        if environ.get(name, "").strip():
            return ApiKey(environ[name], f"the environment variable {name}", service)
    path = folder / service.key_file
    if path.is_file():
        if others_can_read(path):
            raise KeyFileError(
                f"The key file {path} can be read by other users; run `chmod 600` on it, and "
                f"make a new key at {service.title} if others use this machine."
            )
        try:
            return ApiKey(path.read_text(encoding="utf-8"), "the key file", service)
        except (OSError, UnicodeDecodeError):
            raise KeyFileError(f"The key file {path} can't be read; set the key again.") from None
    ring = _keyring(service)
    stored = ring.get_password(*service.keyring) if ring else None
    if stored:
        return ApiKey(stored, "the keyring", service)
    raise KeyMissingError(
        f"No {service.title} key is set; set it in the settings, with `{service.command} key --set`, or in "
        f"the environment variable {service.key_variables[0]}."
    )


def has_key(service: Service, folder: Path, environ: Mapping[str, str] | None = None) -> bool:
    """Whether a usable key is set: all that a settings page may learn."""
    try:
        find_key(service, folder, environ)
    except (KeyMissingError, KeyFileError):
        return False
    return True


def store_key(service: Service, folder: Path, text: str) -> None:
    """Write the key file (0600). Raises KeyFileError if the text is no key."""
    ApiKey(text, "the input", service)
    write_private(private_folder(folder) / service.key_file, text.strip().encode())


def clear_key(service: Service, folder: Path) -> None:
    """Delete the key file, if there is one; environment and keyring are not touched."""
    (folder / service.key_file).unlink(missing_ok=True)


def _keyring(service: Service) -> Any | None:
    """The optional package `keyring`, unless it has no working store behind it."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        keyring.get_password(*service.keyring)
    except KeyringError:
        return None
    return keyring
