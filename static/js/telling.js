// What a state says in words: the twin of web/telling.py, function by function. It decides nothing and reads no clock.

const MINUTE = 60_000;
const LAST_INSTANT = 8_640_000_000_000_000;
const DOUBTFUL = ["stop", "conflict", "overdue", "expired", "impaired"];
const RIDE = {
  promised: "ride_reconfirmed",
  steps: ["ride_plan", "ride_confirmed", "ride_giver_reached", "way_home", "home_safe"],
  planned: ["way_home", "as_planned"],
};
const STAY = {
  promised: "watch_reconfirmed",
  steps: ["watch_confirmed", "support_reached", "stays_on"],
  planned: ["stays_on", "stays"],
};

export function fill(text, values) {
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(`{${name}}`, () => String(value));
  return text;
}

// The form of a text that its language has for this count.
export function counted(forms, count, language) {
  return fill(forms[new Intl.PluralRules(language).select(count)] || forms.other, { count });
}

export function offsetAt(pack, t) {
  let minutes = pack.clock[0][1];
  for (const [since, ahead] of pack.clock) if (since <= t) minutes = ahead;
  return minutes;
}

export function when(pack, t) {
  const words = pack.words;
  if (t === null || t === undefined) return words.unknown_time;
  const local = new Date(t + offsetAt(pack, t) * MINUTE);
  const two = (number) => String(number).padStart(2, "0");
  return fill(words.when, {
    weekday: words.weekdays[(local.getUTCDay() + 6) % 7],
    day: local.getUTCDate(),
    month: words.months[local.getUTCMonth()],
    clock: `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`,
  });
}

export function who(pack, entry) {
  const role = entry.role;
  if (role === pack.seat.role && role !== "staff") return pack.words.you;
  return entry.name || pack.people[role] || pack.words.roles[role] || role;
}

export function title(pack, step) {
  const texts = pack.texts.steps[step];
  return texts ? texts.title : pack.words.reasons.private;
}

export function answerText(pack, step, answer) {
  const rules = pack.protocol.steps.find((one) => one.id === step);
  const texts = pack.texts.steps[step];
  const { lines } = pack.words;
  if (!rules || !texts) return lines.private;
  const labels = texts.answers;
  const form = rules.answer;
  const object = answer !== null && typeof answer === "object" && !Array.isArray(answer);
  if (["confirm", "choice"].includes(form.type) && typeof answer === "string") return own(labels, answer) ?? answer;
  if (form.type === "checks" && object) {
    return form.items.map((item) => check(pack, labels, item.id, own(answer, item.id))).join(lines.semicolon);
  }
  if (form.type === "measure" && object) {
    return form.fields.map((field) => measure(lines, labels, field, own(answer, field.id))).join(lines.comma);
  }
  if (form.type === "time" && isInstant(answer)) return when(pack, answer);
  return numberText(answer);
}

function isInstant(value) {
  return Number.isInteger(value) && Math.abs(value) <= LAST_INSTANT;
}

function own(object, key) {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function check(pack, labels, item, given) {
  const lines = pack.words.lines;
  const said = given === "yes" || given === "no" ? lines[given] : "?";
  return fill(lines.check, { item: labels[item], answer: said });
}

function measure(lines, labels, field, given) {
  const shown = given === null || given === undefined ? "?" : numberText(given);
  return fill(lines.measure, { reading: labels[field.id], value: `${shown} ${field.unit || ""}`.trim() });
}

export function numberText(value) {
  return value !== null && typeof value === "object" ? "?" : String(value);
}

export function line(pack, entry) {
  const lines = pack.words.lines;
  let kind = entry.kind;
  const values = { who: who(pack, entry), text: "", reason: entry.reason || "" };
  if (kind === "answer") {
    const hidden = entry.answer === null || entry.answer === undefined;
    values.text = hidden ? lines.private : answerText(pack, entry.step, entry.answer);
  }
  if (kind === "waive" && !entry.reason) kind = "waive_hidden";
  return fill(lines[kind], values);
}

export function truth(pack, entry, looks) {
  const truths = pack.words.truths;
  if (entry.held) return fill(truths.held, { message: entry.held });
  if (entry.seq === null || entry.seq === undefined) return truths.phone;
  const seen = looks.filter((look) => look.seq >= entry.seq).map((look) => look.name);
  return seen.length ? fill(truths.seen, { name: seen.join(pack.words.lines.comma) }) : truths.clinic;
}

export function coming(pack, call) {
  return pack.words.go[call.seq === null || call.seq === undefined ? "help_alone" : "help_coming"];
}

export function unsent(pack, count) {
  const words = pack.words.unsent;
  return count ? counted(words.count, count, pack.language) : words.none;
}

export function blocker(pack, one) {
  const reasons = pack.words.reasons;
  if (one.step !== null && !pack.texts.steps[one.step]) return reasons.private;
  return fill(reasons[one.why], { title: title(pack, one.step), until: when(pack, one.until) });
}

export function gate(pack, state, name) {
  const words = pack.words.gates[name];
  const found = state.gates[name];
  const reasons = [...new Set(found.blockers.map((one) => blocker(pack, one)))];
  let says = words[found.open ? "open" : "shut"];
  if (name === "dose" && state.dosed_at !== null) {
    says = fill(pack.words.lines.given, { when: when(pack, state.dosed_at), says });
  }
  return { title: words.title, says, reasons };
}

export function hold(pack, state) {
  const words = pack.words.hold;
  if (state.stage === "cancelled") return pack.words.gates.drive.open;
  const drive = state.gates.drive;
  if (!drive.blockers.length) return state.dosed_at !== null ? words.ended : words.before;
  if (drive.blockers[0].step !== null) return words.ask;
  const until = drive.blockers[0].until;
  return until === null ? words.unknown : fill(words.until, { until: when(pack, until) });
}

export function alert(pack, one, entries) {
  const words = pack.words.alerts;
  const kind = one.key.split(":", 1)[0];
  const said = entries.find((entry) => one.key.endsWith(`:${entry.id}`));
  const text = fill(words[kind], { title: title(pack, one.step), who: said ? who(pack, said) : "" });
  const since = fill(words.since, { when: when(pack, one.since) });
  return `${text}${pack.words.lines.comma}${one.acked ? answered(pack, one, entries) : since}`;
}

function answered(pack, one, entries) {
  const first = entries.find((entry) => entry.kind === "ack" && entry.of === one.key);
  const by = who(pack, first || { role: "staff" });
  return fill(pack.words.alerts.acked, { who: by, when: when(pack, first ? first.t : null) });
}

export function idle(pack, state) {
  const words = pack.words.next;
  const over = ["closed", "cancelled"].includes(state.stage);
  const no = over || pack.seat.role !== "prescriber" ? null : firstNo(pack, state);
  if (no) {
    return fill(words.none_stop, { title: title(pack, no.id), status: pack.words.statuses[state.steps[no.id].status] });
  }
  const phase = { before: "before", during: "during" }[state.stage] || "after";
  return words[over ? "none_over" : `none_${phase}`];
}

function firstNo(pack, state) {
  const asked = pack.protocol.steps.filter((one) => one.marks === null && pack.texts.steps[one.id]);
  return asked.find((one) => ["stop", "conflict"].includes(state.steps[one.id].status));
}

export function place(pack, state, entries) {
  const words = pack.words.place;
  const { role } = pack.seat;
  const texts = pack.texts.steps;
  const mine = entries.filter((e) => e.role === role && e.kind === "answer" && texts[e.step]);
  const last = mine.sort((a, b) => b.t - a.t || (a.id < b.id ? 1 : -1))[0];
  const text = last ? [fill(words.last, { title: title(pack, last.step) })] : [];
  const part = texts[state.next[role]] ? pack.steps[state.next[role]].part : null;
  const asked = pack.protocol.steps.filter((one) => isAsked(pack, state, one, part));
  const done = asked.filter((one) => ["done", "waived"].includes(state.steps[one.id].status)).length;
  const count = asked.length;
  if (done < count) text.unshift(fill(words.at, { part: pack.texts.parts[part], at: done + 1, count }));
  return { done, count, text: text.join(" ") };
}

function isAsked(pack, state, step, part) {
  const here = pack.steps[step.id].part === part && step.marks === null && step.every === null;
  return here && step.who.includes(pack.seat.role) && state.steps[step.id].status !== "off";
}

export function taker(pack, state, entries) {
  const words = pack.words.taker;
  const { steps } = state;
  if (steps.home_safe?.status === "done") return words.home;
  const [key, way] = steps[RIDE.promised] ? ["goes", RIDE] : ["stays", STAY];
  if (!steps[way.promised]) return "";
  if (isSettled(way, steps, entries)) return fill(words[key], { name: who(pack, { role: "support" }) });
  return words[key === "goes" && state.left_at !== null ? "goes_left" : `${key}_unsure`];
}

function isSettled(way, steps, entries) {
  const doubts = [...way.steps, way.promised].some((one) => DOUBTFUL.includes(steps[one]?.status));
  const [step, planned] = way.planned;
  const by = steps[step]?.by ?? null;
  const goes = by === null || entries.some((entry) => entry.id === by && entry.answer === planned);
  return steps[way.promised].status === "done" && !doubts && goes;
}

export function repeats(pack, step) {
  return pack.protocol.steps.some((one) => one.id === step && one.every !== null);
}

export function note(pack, state, step) {
  const found = state.steps[step];
  const words = pack.words.next;
  if (found.status === "todo" && marks(pack, step) === "cancel") return words.only_if;
  const label = pack.words.statuses[found.status];
  const again = repeats(pack, step) ? "again" : null;
  const how = { done: again, waived: again, todo: "due", expired: "due", locked: "due", overdue: "late" }[found.status];
  if (found.due_at === null || !how) return label;
  return `${label}${pack.words.lines.comma}${fill(words[how], { when: when(pack, found.due_at) })}`;
}

function marks(pack, step) {
  return pack.protocol.steps.find((one) => one.id === step)?.marks;
}
