"""Where the tests keep their databases: in files, or with `pytest --database=postgresql` in a throw-away server."""

from pathlib import Path

from tests.cluster import Cluster


class Databases:
    """Hands out the address of a new one to whoever asks; the tests' conftest says where they are."""

    def __init__(self) -> None:
        self.cluster: Cluster | None = None  # None: files
        self.made: list[str] = []

    def new(self, file: Path) -> str:
        """`file`: its name, if it is one."""
        if self.cluster is None:
            return f"sqlite:///{file}"
        self.made.append(self.cluster.database())
        return self.made[-1]

    def drop_since(self, count: int) -> None:
        """Those that were made after the first `count`."""
        while len(self.made) > count and self.cluster:
            self.cluster.drop(self.made.pop())


databases = Databases()
