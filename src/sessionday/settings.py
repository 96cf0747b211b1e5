"""Every setting, from the command line, the environment or its default; nothing else reads the environment.

Also where the project's own files lie: in a checkout at its top, in an installed package inside the package.
"""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PACKAGE = Path(__file__).resolve().parent


class SettingError(Exception):
    """A setting that can't be used; the message is a sentence that says which and why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a running server needs to know. `keys` sign cookies, oldest first; the newest signs, all verify.

    `listen`: PostgreSQL's own address for news, where `database` leads through a pooler. `archive_days`: how long after
    a session is over its record is folded. `proxies`: whose word is taken for where somebody asks from.
    """

    database: str = "sqlite:///sessionday.db"
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    listen: str | None = None
    archive_days: int = 90
    escape: bool = False
    proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    keys_file: Path | None = None
    keys: tuple[str, ...] = ()

    @property
    def secure(self) -> bool:
        """Whether people reach us over https: cookies then carry the __Host- prefix and Secure."""
        return self.public_url.startswith("https://")


# Setting, environment variable, what it is: the README's table is held to this by a test.
VARIABLES = {
    "database": "SESSIONDAY_DATABASE",
    "host": "SESSIONDAY_HOST",
    "port": "SESSIONDAY_PORT",
    "public_url": "SESSIONDAY_PUBLIC_URL",
    "listen": "SESSIONDAY_LISTEN",
    "archive_days": "SESSIONDAY_ARCHIVE_DAYS",
    "escape": "SESSIONDAY_ESCAPE",
    "proxies": "SESSIONDAY_PROXIES",
    "keys_file": "SESSIONDAY_KEYS_FILE",
}


def read_settings(given: Mapping[str, object], environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `given` (the command line; None means not given), else the environment, else the defaults."""
    found = {name: given.get(name) or environ.get(variable) for name, variable in VARIABLES.items()}
    host = str(found["host"] or "127.0.0.1")
    port = _port(found["port"] or 8000)
    database = str(found["database"] or "sqlite:///sessionday.db")
    keys_file = Path(str(found["keys_file"])) if found["keys_file"] else _keys_beside(database)
    return Settings(
        database=database,
        host=host,
        port=port,
        public_url=_public_url(str(found["public_url"] or f"http://{host}:{port}")),
        listen=str(found["listen"]) if found["listen"] else None,
        archive_days=_days(found["archive_days"] or 90),
        escape=_yes(found["escape"] or "no"),
        proxies=_networks(str(found["proxies"] or "127.0.0.1, ::1")),
        keys_file=keys_file,
    )


def folder(name: str) -> Path:
    """Where templates/, static/ or manifest/ lies."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parents[1] / name


def load_keys(path: Path) -> tuple[str, ...]:
    """The signing keys of `path`, one a line, oldest first; made with mode 0600 where there is none.

    Raises SettingError for a file that others may read, or that holds a key too short to be one.
    """
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
    if path.stat().st_mode & 0o077:
        raise SettingError(f"{path} can be read by others. Run: chmod 600 {path}")
    keys = tuple(line.strip() for line in path.read_text().splitlines() if line.strip())
    if not keys or len(set(keys)) < len(keys) or any(len(key) < 32 for key in keys):
        raise SettingError(f"{path} must hold one key a line, each of at least 32 characters, no two the same.")
    return keys


def _keys_beside(database: str) -> Path:
    if database.startswith("sqlite:///"):
        return Path(database.removeprefix("sqlite:///") + ".keys")
    return Path("sessionday.keys")


def _port(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingError(f"The port must be a number from 1 to 65535, not ‘{text}’.")
    return int(text)


def _days(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or not 0 < int(text) < 100_000:
        raise SettingError(f"The days after which sessions are archived must be a number from 1, not ‘{text}’.")
    return int(text)


def _yes(value: object) -> bool:
    if value not in ("yes", "no"):
        raise SettingError(f"Whether phones get the worker that removes itself must be yes or no, not ‘{value}’.")
    return value == "yes"


def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    if text == "none":
        return ()
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in text.split(","))
    except ValueError:
        raise SettingError(
            f"The proxies must be addresses or networks with commas between, such as 10.0.0.5, 10.1.0.0/16, or none; "
            f"not ‘{text}’."
        ) from None


def _public_url(url: str) -> str:
    parts = urlsplit(url)
    loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise SettingError(f"The public URL must look like https://day.example.org, not ‘{url}’.")
    if parts.scheme == "http" and not loopback:
        raise SettingError(f"The public URL must be https outside this machine: phones refuse the rest. It is ‘{url}’.")
    return f"{parts.scheme}://{parts.netloc}"
