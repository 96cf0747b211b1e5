"""A server that is killed without warning, again and again, while everybody's phones go on sending."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from tests.server import PASSPHRASE, Server

KILLS = 10
# Who sends from how many devices, and what: steps of many answers, so that every push is stored.
CROWD = {
    "client": (7, "touch"),
    "support": (6, "ride_details"),
    "prescriber": (2, "medication_plan"),
    "staff": (5, "events"),
}


@dataclass
class Device:
    """One browser that offers what it has until it is acknowledged, and some of what was acknowledged again."""

    http: httpx2.AsyncClient
    path: str
    step: str
    random: random.Random
    id: str = field(default_factory=lambda: str(uuid4()))
    n: int = 0
    seen: int = 0
    unsent: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    lost: int = 0

    async def run(self, done: asyncio.Event) -> None:
        """Writes and sends until `done`, then sends the rest."""
        while not done.is_set():
            for _ in range(self.random.randint(1, 2)):
                self.write()
            await self.send()
            await asyncio.sleep(self.random.uniform(0.05, 0.5))
        deadline = time.monotonic() + 30
        while self.unsent and time.monotonic() < deadline:
            await self.send()

    def write(self) -> None:
        """One entry, kept as unsent."""
        self.n += 1
        entry = {"id": str(uuid4()), "n": self.n, "seen": self.seen, "at": int(time.time() * 1000), "kind": "answer"}
        self.unsent[entry["id"]] = {**entry, "step": self.step, "answer": f"answer {self.n}"}  # type: ignore[index]

    async def send(self) -> None:
        """One push: all that is unsent, and up to three that are known to be stored."""
        again = self.random.sample(list(self.acknowledged.values()), min(3, len(self.acknowledged)))
        entries = [*self.unsent.values(), *(entry for _, entry in again)][:200]
        self.random.shuffle(entries)
        body = {"v": 1, "device": self.id, "seen": self.seen, "sent_at": int(time.time() * 1000), "entries": entries}
        try:
            answer = await self.http.post(self.path, json=body)
        except httpx2.HTTPError:
            self.lost += 1
            await asyncio.sleep(0.1)
            return
        if answer.status_code != 200:
            self.troubles.append(f"{answer.status_code}: {answer.text}")
            return
        reply = answer.json()
        self.seen = reply["seq"]
        for entry, verdict in zip(entries, reply["verdicts"], strict=True):
            self.hear(entry, verdict)

    def hear(self, entry: dict[str, Any], verdict: dict[str, Any]) -> None:
        """Takes one verdict; another seq than before, or anything but stored or duplicate, is a trouble."""
        known = self.acknowledged.get(entry["id"])
        if verdict["result"] not in ("stored", "duplicate") or (known and known[0] != verdict["seq"]):
            self.troubles.append(f"{verdict} after {known}")
            return
        self.acknowledged[entry["id"]] = (verdict["seq"], entry)
        self.unsent.pop(entry["id"], None)


async def test_nothing_acknowledged_is_lost_or_doubled_however_often_the_server_is_killed(server: Server) -> None:
    session = server.session(server.clinic(), time.strftime("%Y-%m-%dT%H:%M"))
    chance, done = random.Random(7), asyncio.Event()
    devices = [await device(server, session, role, chance) for role, (count, _) in CROWD.items() for _ in range(count)]
    sending = [asyncio.create_task(one.run(done)) for one in devices]
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.3, 1.2))
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    done.set()
    await asyncio.gather(*sending)
    for one in devices:
        await one.http.aclose()
    assert sum(one.lost for one in devices) > KILLS  # the kills were felt
    check(server, session, devices)
    assert "Traceback" not in server.log()


async def device(server: Server, session: dict[str, Any], role: str, chance: random.Random) -> Device:
    """A browser of that role."""
    http = httpx2.AsyncClient(base_url=server.url, timeout=10)
    if role == "staff":
        opened = await http.post("/sign-in", data={"email": "robin@example.org", "password": PASSPHRASE})
    else:
        opened = await http.post("/j", data={"token": session["links"][role].split("#")[1]})
    assert opened.status_code == 303
    return Device(http, f"/s/{session['handle']}/sync", CROWD[role][1], random.Random(chance.random()))


def check(server: Server, session: dict[str, Any], devices: list[Device]) -> None:
    """Every acknowledged entry stands in the exported record, once, where it was said to; nothing else does."""
    assert [trouble for one in devices for trouble in one.troubles] == []
    assert [entry for one in devices for entry in one.unsent] == []
    record = server.command("export", session["handle"])
    by_id = {entry["id"]: entry for entry in record["entries"]}
    acknowledged = {id: known for one in devices for id, known in one.acknowledged.items()}
    assert len(record["entries"]) == len(by_id) == len(acknowledged) > 200
    assert [entry["seq"] for entry in record["entries"]] == list(range(1, len(by_id) + 1))
    for id, (seq, entry) in acknowledged.items():
        assert (by_id[id]["seq"], by_id[id]["answer"], by_id[id]["n"]) == (seq, entry["answer"], entry["n"])
    assert record["held"] == []
    file = server.folder / "record.json"
    file.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    assert server.command("verify", str(file))["ok"] is True
