"""Each proof of a passkey is held against this address and a challenge of its own, on the server."""

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import cbor2
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

from sessionday.web.passphrases import Turns
from tests.world import MINUTE, PASSPHRASE, Phone, World, open_world

URL = "http://localhost:8000"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, url=URL) as made:
        yield made


class Key:
    """An authenticator with one key, that signs whatever it is given."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = b"credential-one-of-robin"

    def known_as(self) -> str:
        numbers = self.private.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return bytes_to_base64url(cbor2.dumps(cose))

    def proof(self, challenge: str, origin: str = URL, host: str = "localhost", flags: int = 0x05) -> dict[str, Any]:
        """What a browser would send; `flags` 5: somebody was there, and was recognised."""
        told = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": origin, "crossOrigin": False})
        data = hashlib.sha256(host.encode()).digest() + bytes([flags]) + (0).to_bytes(4, "big")
        signed = self.private.sign(data + hashlib.sha256(told.encode()).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": told.encode(), "authenticatorData": data, "signature": signed}
        id = bytes_to_base64url(self.id)
        parts = {name: bytes_to_base64url(value) for name, value in response.items()}
        return {"credential": {"id": id, "rawId": id, "type": "public-key", "response": parts}}


async def kept(world: World) -> Key:
    key = Key()
    id = bytes_to_base64url(key.id)
    assert await world.store.add_passkey(world.staff, id, key.known_as(), 0, "Robin’s", world.clock.now)
    return key


async def challenged(phone: Phone) -> str:
    asked = (await phone.http.post("/sign-in/passkey/options", json={})).json()
    return str(asked["challenge"])


async def entered(phone: Phone, body: Any) -> int:
    return (await phone.http.post("/sign-in/passkey", json=body)).status_code


async def test_a_right_proof_signs_in(world: World) -> None:
    key, phone = await kept(world), world.stranger()
    assert await entered(phone, key.proof(await challenged(phone))) == 200
    assert (await phone.http.get("/board")).status_code == 200


async def test_each_way_of_being_wrong_is_refused(world: World) -> None:
    key, phone = await kept(world), world.stranger()
    for more in (
        {"origin": "https://evil.example"},
        {"origin": f"{URL}.evil.example"},
        {"host": "evil.example"},
        {"flags": 1},
    ):
        assert await entered(phone, key.proof(await challenged(phone), **more)) == 422, more
    stranger = Key()
    assert await entered(phone, stranger.proof(await challenged(phone))) == 422, "another's key"
    assert await entered(phone, key.proof(bytes_to_base64url(b"x" * 32))) == 422, "a challenge of its own"
    other = world.stranger()
    assert await entered(phone, key.proof(await challenged(other))) == 422, "another browser's challenge"
    assert (await phone.http.get("/board")).status_code == 303


async def test_a_challenge_opens_once_and_not_for_long(world: World) -> None:
    key, phone = await kept(world), world.stranger()
    challenge = await challenged(phone)
    cookies = dict(phone.http.cookies)
    assert await entered(phone, key.proof(challenge)) == 200
    phone.http.cookies.update(cookies)
    world.clock.now += 1
    assert await entered(phone, key.proof(challenge)) == 422, "the same again"
    late = await challenged(phone)
    world.clock.now += 5 * MINUTE
    assert await entered(phone, key.proof(late)) == 422


async def test_whose_work_ended_has_no_key_here(world: World) -> None:
    key, phone = await kept(world), world.stranger()
    await world.store.end_staff(world.clinic.id, world.staff.id, world.clock.now) if await second_lead(world) else None
    assert await entered(phone, key.proof(await challenged(phone))) == 422


async def second_lead(world: World) -> bool:
    await world.store.add_staff(world.clinic.id, "lead@example.org", "Lee", "-", world.clock.now, "lead")
    return True


async def test_a_server_that_is_busy_does_not_say_that_a_passphrase_is_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await world.desk()
    monkeypatch.setattr(Turns, "full", True)
    wants = {"Accept": "application/json"}
    answer = await desk.http.post("/passkeys/options", json={"present": PASSPHRASE}, headers=wants)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
    assert "not your passphrase" not in answer.text
    monkeypatch.setattr(Turns, "full", False)
    answer = await desk.http.post("/passkeys/options", json={"present": "another one altogether"}, headers=wants)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "present")
