# mypy: ignore-errors
# Its framework is installed outside of the tree.
"""FastAPI with its models in and out, on SQLAlchemy's async ORM."""

from typing import Annotated, Any

import models
import plain
from fastapi import Cookie, FastAPI, HTTPException
from pydantic import BaseModel


class Entry(BaseModel):
    id: str
    n: int
    seen: int
    at: int
    kind: str
    step: str | None
    answer: Any
    of: str | None
    reason: str | None


class Ask(BaseModel):
    v: int
    device: str
    seen: int
    sent_at: int
    entries: list[Entry]


class Verdict(BaseModel):
    id: str
    result: str
    seq: int


class Stored(Entry):
    session: str
    seq: int
    device: str


class Reply(BaseModel):
    v: int
    seq: int
    verdicts: list[Verdict]
    entries: list[Stored]


app = FastAPI()


@app.post("/s/{handle}/sync")
async def sync(handle: str, ask: Ask, seat: Annotated[str | None, Cookie()] = None) -> Reply:
    if not plain.signed_in(seat):
        raise HTTPException(401)
    return await models.push(handle, ask.model_dump())
