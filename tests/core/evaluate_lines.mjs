// JSON lines {protocol, session, entries, now} in, one state a line out: the JavaScript rules, for the Python tests.

import { createInterface } from "node:readline";

import { evaluate } from "../../static/js/core/evaluate.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { protocol, session, entries, now } = JSON.parse(line);
  process.stdout.write(JSON.stringify(evaluate(protocol, session, entries, now)) + "\n");
}
