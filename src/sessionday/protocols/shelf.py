"""Where protocols are found: the built-in ones by name, others as files. The only module here that reads files."""

from functools import cache
from pathlib import Path

from .checklist import Checklist, Problem, ProtocolError
from .compile import compile_text
from .page import suggest

_SHELF = Path(__file__).resolve().parent


def names() -> list[str]:
    """The built-in protocols' names."""
    return sorted(path.stem for path in _SHELF.glob("*.yaml"))


@cache
def built_in() -> dict[tuple[str, str], tuple[Checklist, str]]:
    """The built-in protocols by id and version, each with the YAML that it is made from; read once."""
    texts = [(_SHELF / f"{name}.yaml").read_text("utf-8") for name in names()]
    made = [(compile_text(text, name), text) for name, text in zip(names(), texts, strict=True)]
    return {(checklist.id, checklist.version): (checklist, text) for checklist, text in made}


def load(name_or_path: str) -> Checklist:
    """A built-in protocol by its name, or the one in a file."""
    if name_or_path in names():
        path = _SHELF / f"{name_or_path}.yaml"
    elif _looks_like_a_file(name_or_path):
        path = Path(name_or_path)
    else:
        raise _problem(
            name_or_path,
            f"there is no protocol of that name{suggest(name_or_path, names())}; "
            f"there are: {', '.join(names())}; a file's name ends in .yaml",
        )
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise _problem(name_or_path, "the file is not text in UTF-8; save it as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _problem(name_or_path, f"the file can't be read: {reason}") from None
    return compile_text(text, str(path))


def _looks_like_a_file(name: str) -> bool:
    return "/" in name or "\\" in name or name.endswith((".yaml", ".yml"))


def _problem(file: str, message: str) -> ProtocolError:
    return ProtocolError((Problem(file, 1, None, message),))
