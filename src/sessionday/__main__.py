"""The commands, each a few lines over the store or the app. A usage error exits 2, a failure 1; no tracebacks."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

from sessionday import __version__, zones
from sessionday.booking import StartFar, book
from sessionday.core import evaluate
from sessionday.protocols import Checklist, ProtocolError, load, names
from sessionday.record.file import erased_in, exported, verify_file
from sessionday.record.formats import FORMATS
from sessionday.settings import SettingError, Settings, load_keys, read_settings
from sessionday.store import Access, Clinic, Store, StoreError, move
from sessionday.web.passphrase_rules import refusal
from sessionday.web.passphrases import hash_passphrase
from sessionday.words import WORDS

DAY_MS = 86_400_000


class Failure(Exception):
    """A command that can't do what it was asked; the message is a sentence for whoever ran it."""


class Usage(Failure):
    """A command that was asked in the wrong way."""


class Parser(argparse.ArgumentParser):
    """Says what was wrong in one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (try {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def main(argv: list[str] | None = None) -> None:
    """`sessionday …`"""
    given = build_parser().parse_args(argv)
    try:
        given.run(given)
    except (Usage, SettingError) as error:
        print(f"sessionday: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except (Failure, StoreError, ProtocolError, zones.ZoneError, StartFar, OSError) as error:
        print(f"sessionday: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def build_parser() -> Parser:
    """Every command with its arguments."""
    shared = Parser(add_help=False)
    shared.add_argument("--database", help="sqlite:///path or postgresql://…; default sqlite:///sessionday.db here")
    shared.add_argument("--listen", metavar="URL", help="PostgreSQL’s own address, where --database is a pooler’s")
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    parser = Parser(prog="sessionday", description="The day of a session, for client, support person and clinic.")
    parser.add_argument("--version", action="version", version=f"sessionday {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    _add_running(commands, shared)
    _add_making(commands, shared)
    _add_reading(commands, shared)
    return parser


def _add_running(commands: Any, shared: Parser) -> None:
    for name, run, words in (
        ("serve", run_serve, "run the server"),
        ("demo", run_demo, "a throw-away clinic with a believable day"),
    ):
        command = commands.add_parser(name, parents=[shared], help=words)
        command.add_argument("--host")
        command.add_argument("--port")
        command.add_argument("--public-url", help="how phones reach the server, such as https://day.example.org")
        command.set_defaults(run=run)


def _add_making(commands: Any, shared: Parser) -> None:
    clinic = commands.add_parser("clinic", help="clinics").add_subparsers(
        required=True, metavar="new", parser_class=Parser
    )
    command = clinic.add_parser("new", parents=[shared], help="make a clinic")
    command.add_argument("name")
    command.add_argument("--tz", required=True, metavar="ZONE", help="such as America/Toronto")
    command.add_argument("--phone", required=True, metavar="NUMBER", help="whom people on the pages can call")
    command.add_argument(
        "--emergency", default="", metavar="NUMBER", help="whom people call in an emergency, such as 911"
    )
    command.add_argument("--on-call", default="", metavar="NUMBER", help="the prescriber who is on call")
    command.set_defaults(run=run_clinic_new)
    staff = commands.add_parser("staff", help="staff").add_subparsers(required=True, metavar="add", parser_class=Parser)
    command = staff.add_parser("add", parents=[shared], help="add a member of staff")
    command.add_argument("email")
    command.add_argument("--name", required=True)
    command.add_argument("--clinic", required=True, metavar="ID")
    command.add_argument("--role", choices=["lead", "staff"], default="lead", help="a lead may do everything")
    command.add_argument(
        "--password-stdin", action="store_true", required=True, help="read the passphrase from standard input"
    )
    command.set_defaults(run=run_staff_add)
    session = commands.add_parser("session", help="sessions").add_subparsers(
        required=True, metavar="new", parser_class=Parser
    )
    command = session.add_parser("new", parents=[shared], help="open a session and print its links")
    command.add_argument("--clinic", required=True, metavar="ID")
    command.add_argument("--protocol", required=True, metavar="NAME", help="a built-in name or a YAML file")
    command.add_argument("--client", required=True, metavar="FIRSTNAME")
    command.add_argument("--support", default="", metavar="FIRSTNAME")
    command.add_argument("--prescriber", default="", metavar="NAME")
    command.add_argument(
        "--start", required=True, metavar="2026-12-01T10:00", help="the clinic's local time, or with offset"
    )
    command.add_argument("--public-url")
    command.set_defaults(run=run_session_new)


def _add_reading(commands: Any, shared: Parser) -> None:
    command = commands.add_parser("evaluate", parents=[shared], help="JSON lines in, one state a line out")
    command.set_defaults(run=run_evaluate)
    protocol = commands.add_parser("protocol", help="protocols").add_subparsers(
        required=True, metavar="list|check", parser_class=Parser
    )
    protocol.add_parser("list", parents=[shared], help="the built-in ones").set_defaults(run=run_protocol_list)
    command = protocol.add_parser("check", parents=[shared], help="compile YAML and explain every mistake")
    command.add_argument("protocol", nargs="+", metavar="NAME|FILE")
    command.set_defaults(run=run_protocol_check)
    command = commands.add_parser("export", parents=[shared], help="a session's whole record")
    command.add_argument("session", help="its handle or id")
    command.add_argument("--format", choices=list(FORMATS), default="json")
    command.add_argument("--out", metavar="FILE", default="", help="write it there; else to standard output")
    command.set_defaults(run=run_export)
    command = commands.add_parser("verify", parents=[shared], help="check an exported record's chain")
    command.add_argument("file")
    command.set_defaults(run=run_verify)
    command = commands.add_parser("archive", parents=[shared], help="fold the records of sessions that are long over")
    command.add_argument("--older-than", metavar="DAYS", default="", help="days since they were over; else the setting")
    command.set_defaults(run=run_archive)
    command = commands.add_parser("move", help="copy a whole database into a new one; stop all servers first")
    command.add_argument("--from", dest="source", required=True, metavar="URL")
    command.add_argument("--to", dest="target", required=True, metavar="URL")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run_move)
    command = commands.add_parser("backup", parents=[shared], help="a verified copy of the live database")
    command.add_argument("file")
    command.set_defaults(run=run_backup)


def run_serve(given: argparse.Namespace) -> None:
    """serve: the one command, with the demo, that needs the application; the others start without it."""
    from sessionday.serving import serve

    serve(settings_with_keys(given))


def run_demo(given: argparse.Namespace) -> None:
    """demo"""
    from sessionday import demo

    demo.run(lambda database: settings_with_keys(given, database=database), as_json=given.json)


def run_clinic_new(given: argparse.Namespace) -> None:
    """clinic new"""
    zones.zone_named(given.tz)

    async def work(store: Store, settings: Settings) -> None:
        clinic = await store.add_clinic(
            given.name, given.tz, given.phone, now=now_ms(), emergency=given.emergency, on_call=given.on_call
        )
        told(given, {"id": clinic.id}, f"Clinic ‘{clinic.name}’ is {clinic.id}")

    in_store(given, work)


def run_staff_add(given: argparse.Namespace) -> None:
    """staff add"""
    passphrase = sys.stdin.readline().rstrip("\r\n")
    if why := refusal(passphrase, (given.name, *given.name.split(), given.email, given.email.partition("@")[0])):
        raise Usage(WORDS["en"]["set_up"]["refused"][why])

    async def work(store: Store, settings: Settings) -> None:
        if await store.clinic(given.clinic) is None:
            raise Failure(f"There is no clinic ‘{given.clinic}’.")
        staff = await store.add_staff(
            given.clinic, given.email, given.name, hash_passphrase(passphrase), now=now_ms(), role=given.role
        )
        told(given, {"id": staff.id}, f"{staff.name} can sign in at {settings.public_url}/sign-in with {staff.email}")

    in_store(given, work)


def _start(typed: str, clinic: Clinic) -> int:
    """The instant of a local time."""
    try:
        return zones.parse_local(typed, zones.zone_named(clinic.zone))
    except (OverflowError, OSError):  # a year that no clock can show there
        raise Failure(WORDS["en"]["arrange"]["errors"]["start_far"]) from None


def run_session_new(given: argparse.Namespace) -> None:
    """session new"""
    checklist = load(given.protocol)

    async def work(store: Store, settings: Settings) -> None:
        clinic = await store.clinic(given.clinic)
        if clinic is None:
            raise Failure(
                f"There is no clinic ‘{given.clinic}’. Make one: sessionday clinic new NAME --tz ZONE --phone NUMBER"
            )
        start = _start(given.start, clinic)
        seats = {"support": given.support, "prescriber": given.prescriber}
        made = await book(
            store,
            clinic,
            checklist,
            client=given.client,
            start=start,
            now=now_ms(),
            url=settings.public_url,
            names=seats,
        )
        url = f"{settings.public_url}/s/{made.session.handle}/"
        shown = {"id": made.session.id, "handle": made.session.handle, "url": url, "links": made.links}
        lines = [f"{role}: {link}   code {made.codes[role]}" for role, link in made.links.items()]
        told(given, {**shown, "codes": made.codes, "pickup_code": made.session.pickup_code}, "\n".join([url, *lines]))

    in_store(given, work)


def run_evaluate(given: argparse.Namespace) -> None:
    """evaluate"""
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            state = evaluate(case["protocol"], case["session"], case["entries"], case["now"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Failure(
                f"line {number}: not {{protocol, session, entries, now}} as RULES.md says ({error!r})"
            ) from None
        print(json.dumps(state, ensure_ascii=False), flush=True)


def run_protocol_list(given: argparse.Namespace) -> None:
    """protocol list"""
    found = [load(name) for name in names()]
    lines = [
        f"{one.id}  version {one.version}  {len(one.rules['steps'])} steps  {one.words['en']['title']}" for one in found
    ]
    told(given, {"protocols": [{"id": one.id, "version": one.version} for one in found]}, "\n".join(lines))


def run_protocol_check(given: argparse.Namespace) -> None:
    """protocol check"""
    for name in given.protocol:
        found: Checklist = load(name)
        told(
            given,
            found.rules,
            f"{name}: {found.id} {found.version}, {len(found.rules['steps'])} steps, no mistake found",
        )


def run_export(given: argparse.Namespace) -> None:
    """export"""

    async def work(store: Store, settings: Settings) -> None:
        record = await exported(store, given.session, now_ms())
        if record is None:
            raise Failure(f"There is no session ‘{given.session}’.")
        format = FORMATS[given.format]
        if "erased" in record and given.format != "json":
            raise Failure("This record was erased. What is left of it can be taken out as JSON.")
        noted = Access(record["session"]["id"], "", "command line", format.ending, now_ms())
        await store.add_accesses(record["clinic"]["id"], [noted])
        _put(given, format.made(record), len(record["entries"]))

    in_store(given, work)


def _put(given: argparse.Namespace, made: bytes, count: int) -> None:
    """Where it was asked for: into a file, else to standard output."""
    if given.out:
        Path(given.out).write_bytes(made)
        told(given, {"file": given.out}, f"{given.out}: the record, {count} entries.")
    else:
        sys.stdout.buffer.write(made)


def run_verify(given: argparse.Namespace) -> None:
    """verify"""
    problems = verify_file(Path(given.file))
    if problems:
        raise Failure("\n".join([f"{given.file}: this record has been changed or is not whole.", *problems]))
    erased = erased_in(Path(given.file))
    said = f"{erased} entries are erased, and the chain holds." if erased else "the chain holds."
    told(given, {"ok": True, "erased": erased}, f"{given.file}: {said}")


def run_backup(given: argparse.Namespace) -> None:
    """backup"""

    async def work(store: Store, settings: Settings) -> None:
        await store.backup(Path(given.file))
        told(given, {"file": given.file}, f"{given.file}: a verified copy.")

    in_store(given, work)


def run_archive(given: argparse.Namespace) -> None:
    """archive"""

    async def work(store: Store, settings: Settings) -> None:
        before, count = now_ms() - settings.archive_days * DAY_MS, 0
        while folded := await store.archive(before, now_ms(), 100):
            count += folded
            print(f"{count} sessions folded", file=sys.stderr, flush=True)
        count -= len(store.unsound)
        told(given, {"sessions": count}, f"{count} sessions were over and are archived now.")
        if store.unsound:
            raise Failure("\n".join(f"{id}: {problem}" for id, problem in store.unsound.items()))

    given.archive_days = given.older_than
    in_store(given, work)


def run_move(given: argparse.Namespace) -> None:
    """move"""
    found = asyncio.run(
        move(given.source, given.target, now=now_ms(), said=lambda words: print(words, file=sys.stderr, flush=True))
    )
    told(
        given,
        asdict(found),
        f"{found.sessions} sessions with {found.entries} entries are moved, and every chain holds.",
    )


def in_store(given: argparse.Namespace, work: Callable[[Store, Settings], Coroutine[Any, Any, None]]) -> None:
    """Runs `work` with the database open beside a server or without one."""
    settings = settings_of(given)

    async def opened() -> None:
        store = await Store.open(settings.database, now=now_ms(), writer=False, listen=settings.listen)
        try:
            await work(store, settings)
        finally:
            await store.close()

    asyncio.run(opened())


def settings_of(given: argparse.Namespace, **more: str) -> Settings:
    """The settings from the command line, the environment and the defaults."""
    return read_settings({**{key: value for key, value in vars(given).items() if isinstance(value, str)}, **more})


def settings_with_keys(given: argparse.Namespace, **more: str) -> Settings:
    """The same, with the keys that sign cookies, made on the first run."""
    settings = settings_of(given, **more)
    assert settings.keys_file is not None  # noqa: S101 - read_settings always names one
    return replace(settings, keys=load_keys(settings.keys_file))


def told(given: argparse.Namespace, found: dict[str, Any], words: str) -> None:
    """Prints a result: as JSON where that was asked, else in words."""
    print(json.dumps(found, ensure_ascii=False) if given.json else words)


def now_ms() -> int:
    """The clock of this machine, in ms."""
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    main()
