"""The peers as contestants: each has a fresh database of the same sessions, and 64 phones with a signed credential."""

import hashlib
import http.client
import shutil
import sqlite3
import sys
import uuid
from pathlib import Path

from bench import clinic, load, packages
from bench.contest import Contestant, Plan
from bench.peers import plain
from bench.servers import HERE, Server
from bench.sync import UVICORN
from itsdangerous import Signer

HANDLES = [f"session{number:05d}" for number in range(clinic.PHONES // 2)]
COOKIE = "seat=" + Signer(plain.KEY, salt="bench", digest_method=hashlib.sha256).sign("x" * 43).decode()
GUNICORN = [
    "--workers",
    "2",
    "--threads",
    "4",
    "--worker-class",
    "gthread",
    "--keep-alive",
    "60",
    "--no-control-socket",
]


def naive(plan: Plan) -> Contestant:
    """One transaction a request on aiosqlite."""
    return _python(plan, "aiosqlite, a transaction a request", uvicorn("naive:app"))


def alchemy(plan: Plan) -> Contestant:
    """SQLAlchemy's async ORM."""
    return _python(plan, "SQLAlchemy async", uvicorn("alchemy:app"))


def django_gunicorn(plan: Plan) -> Contestant:
    """Django's plain view, two processes of four threads."""
    return _python(plan, "Django on gunicorn 2×4", gunicorn("django_app:wsgi"))


def django_uvicorn(plan: Plan) -> Contestant:
    """The same view on uvicorn."""
    return _python(plan, "Django on uvicorn", uvicorn("django_app:asgi"))


def flask(plan: Plan) -> Contestant:
    """Flask and sqlite3."""
    return _python(plan, "Flask + sqlite3 on gunicorn 2×4", gunicorn("flask_app:app"))


def fastapi(plan: Plan) -> Contestant:
    """FastAPI on SQLAlchemy's async ORM."""
    return _python(plan, "FastAPI + SQLAlchemy async", uvicorn("fastapi_app:app"))


def fastify(plan: Plan, *, batched: bool, **environment: str) -> Contestant:
    """Fastify with better-sqlite3, a transaction a request or one for each tick of its loop."""
    name = "Fastify + better-sqlite3, " + ("batched each tick" if batched else "a transaction a request")
    how = {**environment, **({"BENCH_BATCHED": "1"} if batched else {})}
    return Contestant(name, _node(plan, "fastify.js", str(database(plan)), **how), phones)


def pouchdb(plan: Plan) -> Contestant:
    """express-pouchdb's `_bulk_docs`. It answers with revisions, not with entries."""
    folder = plan.folder / f"pouchdb-{uuid.uuid4().hex}"
    folder.mkdir()
    server = _node(plan, "pouchdb.js", str(folder))
    return Contestant(
        "express-pouchdb, `_bulk_docs` (syncs no disk, answers without entries)", server, _documents, expect='"ok":true'
    )


def uvicorn(app: str) -> list[str]:
    """One process with uvloop and httptools, as ours."""
    return [str(packages.python()), "-m", "uvicorn", app, "--port", "{port}", *UVICORN]


def gunicorn(app: str) -> list[str]:
    """Two processes of four threads."""
    bind = ["--bind", "127.0.0.1:{port}", "--log-level", "warning"]
    return [str(packages.python()), "-m", "gunicorn", app, *bind, *GUNICORN]


def _python(plan: Plan, name: str, command: list[str]) -> Contestant:
    server = Server(command, plan.folder, name=slug(name), BENCH_DATABASE=str(database(plan)), BENCH_KEY=plain.KEY)
    return Contestant(name, server, phones)


def _node(plan: Plan, script: str, place: str, **environment: str) -> Server:
    node = shutil.which("node") or sys.exit("Node 20 or newer is needed for its peers.")
    return Server(
        [node, str(HERE / "peers" / script)],
        plan.folder,
        name=script,
        BENCH_DATABASE=place,
        BENCH_KEY=plain.KEY,
        BENCH_MODULES=str(packages.node()),
        BENCH_PORT="{port}",
        NODE_ENV="production",
        **environment,
    )


def database(plan: Plan) -> Path:
    """A fresh database with the peers' tables and sessions."""
    path = plan.folder / f"peer-{uuid.uuid4().hex}.db"
    made = sqlite3.connect(path)
    made.executescript("PRAGMA journal_mode = WAL;" + plain.SCHEMA)
    made.executemany("INSERT INTO session VALUES (?, 0)", [(handle,) for handle in HANDLES])
    made.commit()
    made.close()
    return path


def phones(server: Server) -> list[load.Phone]:
    return [
        load.post(f"/s/{HANDLES[number // 2]}/sync", clinic.push_body(clinic.ROLES[number % 2], "z" * 32), COOKIE)
        for number in range(clinic.PHONES)
    ]


def _documents(server: Server) -> list[load.Phone]:
    """The same entries as documents; each session's database is made first."""
    asks: list[load.Phone] = []
    for number in range(clinic.PHONES):
        handle, role = HANDLES[number // 2], clinic.ROLES[number % 2]
        if number % 2 == 0:
            _put(server.port, f"/{handle}")
        entries = ",".join(
            f'{{"_id":"{load.ID}","n":{load.N},"seen":{load.SEEN},"at":{load.NOW},"kind":"answer","step":"{step}",'
            f'"answer":"{answer}","of":null,"reason":null}}'
            for step, answer in clinic.ANSWERS[role]
        )
        asks.append(load.post(f"/{handle}/_bulk_docs", f'{{"docs":[{entries}]}}', COOKIE))
    return asks


def _put(port: int, path: str) -> None:
    to = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    to.request("PUT", path, headers={"Cookie": COOKIE})
    status = to.getresponse().status
    to.close()
    if status not in (200, 201, 412):
        raise RuntimeError(f"PUT {path} answered {status}")


def slug(name: str) -> str:
    """A file's name for a contestant's."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)
