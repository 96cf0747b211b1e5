"""The record as an HL7 FHIR R4 bundle: who, what was asked and said, readings, doses, and how it proves itself.

Nothing is added that the record does not say: what was given has no code, since the protocol names no product.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sessionday.record.arranged import sentence
from sessionday.record.fhir_answers import has_text, items, observations, quantity
from sessionday.record.speech import Speech

Json = Mapping[str, Any]
Resource = dict[str, Any]
STATUS = {"before": "preparation", "during": "in-progress", "after": "in-progress", "cancelled": "not-done"}
EXPORTS = frozenset({"json", "csv", "pdf", "fhir.json"})
EVENT = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"


def bundle(record: Json) -> bytes:
    """A collection in which every reference leads to a resource of the same collection."""
    made = _Bundle(record)
    found = {"resourceType": "Bundle", "id": made.id("bundle"), "type": "collection"}
    found |= {"timestamp": instant(record["exported_at"])}
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in made.resources()]
    return json.dumps({**found, "entry": entries}, ensure_ascii=False, indent=2).encode() + b"\n"


def instant(t: int) -> str:
    """As FHIR writes an instant."""
    return datetime.fromtimestamp(t / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Bundle:
    """The resources of one record; ids are the same whenever it is taken out."""

    def __init__(self, record: Json) -> None:
        self.record = record
        self.speech = Speech(record)
        self.seats = {seat["role"]: seat for seat in record["seats"]}
        self.subject = self.ref("patient")

    def id(self, name: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"sessionday/{self.record['session']['id']}/{name}"))

    def ref(self, name: str) -> dict[str, str]:
        return {"reference": f"urn:uuid:{self.id(name)}"}

    def made(self, kind: str, name: str, /, **values: Any) -> Resource:
        return {"resourceType": kind, "id": self.id(name), **values}

    def resources(self) -> Iterator[Resource]:
        yield from self._people()
        yield self._plan()
        yield self._procedure()
        for entry in self.speech.entries:
            yield from self._said(entry)
        yield self._provenance()
        for number, one in enumerate(self.record["arrangements"]):
            yield self._arranged(number, one)
        for number, one in enumerate(self.record["accesses"]):
            if one["what"] in EXPORTS:
                yield self._exported(number, one)

    def _people(self) -> Iterator[Resource]:
        session, clinic = self.record["session"], self.record["clinic"]
        yield self.made("Organization", "clinic", name=clinic["name"])
        yield self.made("Patient", "patient", name=[{"given": [session["client"]]}])
        for seat in self.record["seats"]:
            name = [{"text": seat["name"] or seat["role"]}]
            if seat["role"] == "support":
                yield self.made("RelatedPerson", seat["id"], name=name, patient=self.subject)
            elif seat["role"] == "prescriber":
                yield self.made("Practitioner", seat["id"], name=name)
        for one in self.record["staff"]:
            yield self.made("Practitioner", one["id"], name=[{"text": one["name"]}])

    def _who(self, entry: Json) -> dict[str, str]:
        return self.subject if entry["role"] == "client" else self.ref(entry["by"])

    def _plan(self) -> Resource:
        protocol, words = self.record["protocol"], self.speech.pack["texts"]
        actions = [{"id": id, "title": words["steps"][id]["title"]} for id in self.speech.rules]
        return self.made(
            "PlanDefinition", "plan", url=f"urn:uuid:{self.id('plan')}", version=protocol["version"],
            title=words["title"], status="active",
            action=[{"title": one["title"], "code": [{"text": one["id"]}]} for one in actions],
        )  # fmt: skip

    def _procedure(self) -> Resource:
        state, protocol = self.record["state"], self.record["protocol"]
        doses = [e["t"] for e in self.speech.entries if self._is_dose(e)]
        period = {"start": instant(min(doses))} if doses else {}
        if doses and state["left_at"] is not None and state["left_at"] >= min(doses):
            period["end"] = instant(state["left_at"])
        return self.made(
            "Procedure", "session", status=STATUS.get(state["stage"], "completed"), subject=self.subject,
            instantiatesCanonical=[f"urn:uuid:{self.id('plan')}|{protocol['version']}"],
            code={"text": self.speech.pack["texts"]["title"]}, **({"performedPeriod": period} if period else {}),
        )  # fmt: skip

    def _is_dose(self, entry: Json) -> bool:
        is_dose = entry["kind"] == "answer" and self.speech.rules.get(entry["step"], {}).get("marks") == "dose"
        return is_dose and not self.speech.is_withdrawn(entry)

    def _said(self, entry: Json) -> Iterator[Resource]:
        """An answer or a waive; and what was measured or given with it."""
        if entry["kind"] not in ("answer", "waive"):
            return
        gone, name = self.speech.is_withdrawn(entry), f"entry/{entry['id']}"
        yield self.made(
            "QuestionnaireResponse", name, status="entered-in-error" if gone else "completed", subject=self.subject,
            authored=instant(entry["t"]), author=self._who(entry), item=items(self.speech, entry),
        )  # fmt: skip
        common = {"subject": self.subject, "effectiveDateTime": instant(entry["t"])}
        for number, one in enumerate(observations(self.speech, entry)):
            yield self.made(
                "Observation", f"{name}/{number}", status="entered-in-error" if gone else "final", **common, **one,
                performer=[self._who(entry)], derivedFrom=[self.ref(name)], partOf=[self.ref("session")],
            )  # fmt: skip
        if self.speech.rules[entry["step"]]["marks"] == "dose" and entry["kind"] == "answer":
            status = "entered-in-error" if gone else "completed"
            yield from (self.made("MedicationAdministration", f"{name}/{unit}", status=status, **common, **one)
                        for unit, one in self._doses(entry))  # fmt: skip

    def _doses(self, entry: Json) -> Iterator[tuple[str, Resource]]:
        """Each amount in mg: one way of giving it may stand beside another."""
        texts = self.speech.pack["texts"]["steps"][entry["step"]]
        given = entry["answer"] if isinstance(entry["answer"], dict) else {}
        for field in self.speech.rules[entry["step"]]["answer"]["fields"]:
            value = given.get(field["id"])
            if field["unit"] == "mg" and isinstance(value, (int, float)) and value > 0:
                yield field["id"], {
                    "medicationCodeableConcept": {"text": self.speech.pack["texts"]["title"]},
                    "performer": [{"actor": self._who(entry)}],
                    "dosage": {"text": texts["answers"][field["id"]], "dose": quantity(value, "mg")},
                    "partOf": [self.ref("session")],
                }  # fmt: skip

    def _provenance(self) -> Resource:
        head = {"system": "urn:sessionday:chain-head", "value": self.record["session"]["head"]}
        return self.made(
            "Provenance", "provenance", target=[self.ref("session")], recorded=instant(self.record["exported_at"]),
            agent=[{"who": self.ref("clinic")}], entity=[{"role": "source", "what": {"identifier": head}}],
        )  # fmt: skip

    def _exported(self, number: int, one: Json) -> Resource:
        return self.made(
            "AuditEvent", f"export/{number}", type={"system": EVENT, "code": "extract"}, action="R",
            recorded=instant(one["at"]), outcomeDesc=self.speech.words["access"]["kinds"][one["what"]],
            agent=[{"name": one["name"] or one["staff"], "requestor": True}],
            source={"observer": self.ref("clinic")}, entity=[{"what": self.ref("session")}],
        )  # fmt: skip

    def _arranged(self, number: int, one: Json) -> Resource:
        said = sentence(one["kind"], one["body"], self.speech.when)
        by = one["name"] or self.speech.pack["words"]["arrange"]["system"]
        code = "originate" if one["kind"] == "made" else "amend"
        return self.made(
            "AuditEvent", f"arrangement/{number}", type={"system": EVENT, "code": code},
            action="C" if code == "originate" else "U", recorded=instant(one["at"]),
            outcomeDesc=said if has_text(said) else one["kind"], agent=[{"name": by, "requestor": True}],
            source={"observer": self.ref("clinic")}, entity=[{"what": self.ref("session")}],
        )  # fmt: skip
