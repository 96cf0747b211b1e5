"""A real PgBouncer in transaction mode before a throw-away PostgreSQL."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress

from tests.cluster import USER, Cluster, as_user, free_port, name_of

SECONDS = 20


class Pooler:
    """PgBouncer on a port of loopback, with few connections for many who ask."""

    def __init__(self, cluster: Cluster, *, size: int = 4) -> None:
        self.port = free_port()
        program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        assert program, "There is no pgbouncer. Install it: apt-get install pgbouncer"
        users = cluster.folder / f"users-{self.port}"
        users.write_text(f'"{USER}" ""\n')
        config = cluster.folder / f"pgbouncer-{self.port}.ini"
        config.write_text(
            f"[databases]\n* = host={cluster.folder} port={cluster.port}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\nauth_type = trust\n"
            f"auth_file = {users}\npool_mode = transaction\ndefault_pool_size = {size}\nmax_client_conn = 200\n"
        )
        for file in (users, config):
            file.chmod(0o644)
        self._log = (cluster.folder / f"pgbouncer-{self.port}.log").open("wb")
        self._process = subprocess.Popen([program, str(config)], stdout=self._log, stderr=self._log, **as_user())
        self._wait()

    def url(self, url: str) -> str:
        """The way through it to a database of the cluster."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name_of(url)}"

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _wait(self) -> None:
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            assert self._process.poll() is None, "pgbouncer did not start"
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError("pgbouncer does not answer")
