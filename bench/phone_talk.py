"""One phone that is spoken with step by step, where the load generator would only repeat itself."""

import http.client
import time
import uuid

from bench import load
from bench.clinic import now_ms


class Talk:
    """A connection that stays open, for what a `load.Phone` sends."""

    def __init__(self, port: int, phone: load.Phone) -> None:
        self._phone = phone
        self._to = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        lines = phone.head.splitlines()
        self._method, self._path, _ = lines[0].split()
        self._headers = dict(line.split(": ", 1) for line in lines[1:] if line)

    def ask(self) -> bytes:
        """Sends it once; the answer's body. Raises where it was not 200."""
        body = self._body() or None
        try:
            status, told = self._once(body)
        except ConnectionError:  # idle for too long: the same again is no second entry
            self._to.close()
            status, told = self._once(body)
        if status != 200:
            raise RuntimeError(f"{self._path} answered {status}")
        return told

    def push(self) -> tuple[int, int]:
        """Pushes once; when it was sent and when it was answered, in µs of the monotonic clock."""
        sent = time.monotonic_ns() // 1000
        self.ask()
        return sent, time.monotonic_ns() // 1000

    def _once(self, body: str | None) -> tuple[int, bytes]:
        self._to.request(self._method, self._path, body, self._headers)
        answer = self._to.getresponse()
        return answer.status, answer.read()

    def _body(self) -> str:
        """The marks filled in, as load.c does."""
        parts = self._phone.body.split("\x01")
        return parts[0] + "".join(self._filled(part[0]) + part[1:] for part in parts[1:])

    def _filled(self, mark: str) -> str:
        if mark == "N":
            self._phone.n += 1
        values = {"I": str(uuid.uuid4()), "N": str(self._phone.n), "S": str(self._phone.seen), "T": str(now_ms())}
        return values[mark]
