"""Reads a page as strictly as no browser does: what is not closed, said twice or without a label is a fault."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img", "source", "wbr", "col", "area", "base", "embed", "track"}
Attributes = dict[str, str]


@dataclass
class Form:
    """A form: where it goes and what it would carry as it stands."""

    action: str
    controls: list[tuple[str, Attributes]] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """Of all its controls."""
        return {attributes["name"] for _, attributes in self.controls if "name" in attributes}

    def has(self, name: str, value: str) -> bool:
        """Whether it would carry that."""
        return self.typed.get(name) == value

    def values(self, name: str) -> list[str]:
        """What can be chosen under `name`, by radios or buttons."""
        return [
            attributes["value"]
            for tag, attributes in self.controls
            if attributes.get("name") == name and (tag == "button" or attributes.get("type") == "radio")
        ]


class Page(HTMLParser):
    """A page, and what is wrong with it in `faults`."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.tags: list[tuple[str, Attributes]] = []
        self.forms: list[Form] = []
        self.alert = ""
        self.title = ""
        self._open: list[tuple[str, Attributes]] = []
        self._labels: set[str] = set()
        self._unlabelled: list[Attributes] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag, _ in self._open]
        self.faults += [f"no label: {control}" for control in self._unlabelled if control.get("id") not in self._labels]
        ids = [attributes["id"] for _, attributes in self.tags if "id" in attributes]
        self.faults += [f"id ‘{id}’ stands twice" for id in {id for id in ids if ids.count(id) > 1}]

    def having(self, name: str) -> list[str]:
        """The values of an attribute, in the order of the page; empty ones left out."""
        return [attributes[name] for _, attributes in self.tags if attributes.get(name)]

    def status(self, step: str) -> str | None:
        """The status that the page shows for a step."""
        found = [a.get("data-status") for _, a in self.tags if a.get("data-step") == step]
        return found[0] if found else None

    def gate(self, name: str) -> str | None:
        """Whether the page shows a gate as open."""
        found = [a.get("data-open") for _, a in self.tags if a.get("data-gate") == name]
        return found[0] if found else None

    def is_hidden(self, name: str) -> bool:
        """Whether the control of that name is hidden with what is around it."""
        return any(name == hidden for hidden in self._hidden)

    @property
    def _hidden(self) -> set[str]:
        return {attributes["name"] for _, attributes in self.tags if "name" in attributes and "·hidden" in attributes}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if len(attributes) < len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if "hidden" in attributes or any("hidden" in around for _, around in self._open):
            attributes["·hidden"] = ""
        self.tags.append((tag, attributes))
        if tag == "form":
            self.forms.append(Form(attributes.get("action", "")))
        if tag == "label" and "for" in attributes:
            self._labels.add(attributes["for"])
        if tag in ("input", "textarea", "select", "button"):
            self._control(tag, attributes)
        if tag not in VOID:
            self._open.append((tag, attributes))

    def _control(self, tag: str, attributes: Attributes) -> None:
        named = "aria-label" in attributes or any(around == "label" for around, _ in self._open)
        if tag != "button" and attributes.get("type") != "hidden" and not named:
            self._unlabelled.append(attributes)
        if not any(around == "form" for around, _ in self._open):
            return
        form = self.forms[-1]
        form.controls.append((tag, attributes))
        chosen = attributes.get("type") not in ("radio", "checkbox") or "checked" in attributes
        if tag != "button" and chosen and "name" in attributes:
            form.typed[attributes["name"]] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1][0] if self._open else 'nothing'}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        around = [attributes for _, attributes in self._open]
        if any(a.get("role") == "alert" for a in around) and not any("hidden" in a for a in around):
            self.alert += data
        if self._open and self._open[-1][0] == "title":
            self.title += data
        if self._open and self._open[-1][0] == "textarea" and self.forms:
            self.forms[-1].typed[self._open[-1][1].get("name", "")] = data
