// The JavaScript half of bench/evaluate.py, which starts it: the same day and the same turns; as JSON, for each
// round, the median milliseconds of evaluate and of the plain work.

import { readFileSync } from "node:fs";

import { evaluate } from "../static/js/core/evaluate.js";

const { day, rounds, calls } = JSON.parse(readFileSync(0, "utf8"));
const text = JSON.stringify(day.entries);
const asked = () => evaluate(day.protocol, day.session, day.entries, day.now);
const plain = () => JSON.stringify(JSON.parse(text));

function milliseconds(work) {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
}

function aRound() {
  const times = Array.from({ length: calls }, () => [milliseconds(asked), milliseconds(plain)]);
  return [0, 1].map((which) => median(times.map((both) => both[which])));
}

aRound(); // the first calls are the compiler's
console.log(JSON.stringify(Array.from({ length: rounds }, aRound)));
