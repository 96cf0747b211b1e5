// Thousands of random journeys of phones between dead spots, against the real application.
//
//     node tests/js/journeys.mjs [--seed 1] [--count 2000] [--at-once 4] [--failures 5]

import { parseArgs } from "node:util";

import { isRestoring, Journey } from "./journeys/journey.mjs";
import { install } from "./journeys/phone.mjs";
import { Seats } from "./journeys/seats.mjs";
import { Server } from "./journeys/server.mjs";

const number = (value) => ({ type: "string", default: String(value) });
const options = { seed: number(1), count: number(2000), "at-once": number(4), failures: number(5) };
const { values } = parseArgs({ options });
const [first, count, atOnce, enough] = [values.seed, values.count, values["at-once"], values.failures].map(Number);

install();
const began = performance.now();
const server = await Server.start();
const total = { journeys: 0, steps: 0, written: 0, recorded: 0, held: 0, cleared: 0 };
const met = {};
let failures = 0;

try {
  const seats = new Seats(server);
  const seeds = Array.from({ length: count }, (_, place) => first + place);
  // Who restarts the server or puts an older copy in its place is alone with it.
  await several(seeds.filter(isRestoring), seats);
  const others = seeds.filter((seed) => !isRestoring(seed));
  await Promise.all(Array.from({ length: atOnce }, () => several(others, seats)));
} finally {
  server.stop();
}
console.log(JSON.stringify({ ...total, failures, seconds: Math.round((performance.now() - began) / 100) / 10 }));
console.log(JSON.stringify(met));
process.exitCode = failures ? 1 : 0;

async function several(seeds, seats) {
  while (seeds.length && failures < enough) await one(seeds.shift(), seats);
}

async function one(seed, seats) {
  const journey = new Journey(seed, server, seats);
  try {
    const counted = await journey.run();
    total.journeys += 1;
    for (const [name, value] of Object.entries(counted)) total[name] += value;
    for (const [name, value] of Object.entries(journey.network.met)) met[name] = (met[name] || 0) + value;
  } catch (error) {
    failures += 1;
    console.error(`${error.message}\n${error.cause?.stack}\nAgain: node tests/js/journeys.mjs --seed ${seed} --count 1`);
  }
}
