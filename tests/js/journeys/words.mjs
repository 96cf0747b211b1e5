// What people say on their phones, sensible or not: a random entry that their role may make.

const WEIGHTS = { answer: 74, withdraw: 10, waive: 7, ack: 4, odd: 2, long: 1, late: 4 };
const LONG = "long ".repeat(3_400); // more than an entry may carry

export function say(page, chance, code) {
  const { role, pack } = page.phone.seat;
  const kind = chance.weighted(WEIGHTS);
  const made = SAYS[kind]({ page, chance, code, role, steps: pack.protocol.steps });
  return made || SAYS.answer({ page, chance, code, role, steps: pack.protocol.steps });
}

const SAYS = {
  answer({ chance, code, role, steps }) {
    const step = chance.one(steps.filter((one) => one.who.includes(role)));
    return { kind: "answer", step: step.id, answer: answerTo(step.answer, chance, code) };
  },
  withdraw({ page, chance, role }) {
    const [heard, own] = [page.known.heard, page.known.own];
    const theirs = [...heard.filter((one) => one.role === role), ...own].filter((one) => one.kind === "answer");
    if (!theirs.length) return null;
    const { id, step } = chance.one(theirs);
    return { kind: "withdraw", step, of: id };
  },
  waive({ chance, role, steps }) {
    if (role !== "staff") return null;
    return { kind: "waive", step: chance.one(steps.filter((one) => one.waivable)).id, reason: "seen in person" };
  },
  ack({ page, chance, role }) {
    const alerts = page.state.alerts.filter((alert) => !alert.acked);
    if (role !== "staff" || !alerts.length) return null;
    return { kind: "ack", of: chance.one(alerts).key };
  },
  // These are held: kept aside for staff, and in nobody's way.
  odd: () => ({ kind: "answer", step: "no_such_step", answer: "yes" }),
  long: ({ role, steps }) => {
    const step = steps.find((one) => one.answer.type === "text" && one.who.includes(role));
    return step ? { kind: "answer", step: step.id, answer: LONG } : null;
  },
  late: (about) => (about.role === "staff" ? { ...SAYS.answer(about), ago: about.chance.whole(1, 90) * 60_000 } : null),
};

function answerTo(form, chance, code) {
  switch (form.type) {
    case "confirm": return chance.happens(0.8) ? "yes" : "no";
    case "choice": return chance.one(form.options).id;
    case "checks": return Object.fromEntries(form.items.map(({ id, want }) => [id, chance.happens(0.9) ? want : "no"]));
    case "measure": return Object.fromEntries(form.fields.map((field) => [field.id, chance.whole(field.min, field.max)]));
    case "time": return 1_796_137_200_000 + chance.whole(-20, 20) * 1_800_000;
    case "code": return chance.happens(0.7) ? code : "0000";
    default: return `words ${chance.whole(1, 1000)}`;
  }
}
