# mypy: ignore-errors
# Its framework is installed outside of the tree.
"""Flask with sqlite3: a connection a thread, a transaction a request."""

import sqlite3
import threading

import plain
from flask import Flask, Response, jsonify, request

app = Flask(__name__)
local = threading.local()


def database() -> sqlite3.Connection:
    if not hasattr(local, "database"):
        local.database = sqlite3.connect(plain.DATABASE, isolation_level=None, timeout=30)
        local.database.executescript(plain.PRAGMAS)
    return local.database


@app.post("/s/<handle>/sync")
def sync(handle: str) -> Response:
    if not plain.signed_in(request.cookies.get("seat")):
        return Response(status=401)
    return jsonify(plain.push(database(), handle, request.get_json()))
