// Fastify with better-sqlite3. BENCH_BATCHED=1: what waits at the end of a tick is one transaction; else each request is.
"use strict";
const { createRequire } = require("node:module");
const { createHash, createHmac, timingSafeEqual } = require("node:crypto");
const wanted = createRequire(process.env.BENCH_MODULES + "/");
const Database = wanted("better-sqlite3");
const app = wanted("fastify")();

const database = new Database(process.env.BENCH_DATABASE);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
const columns = "session, seq, id, device, n, seen, at, kind, step, answer, of, reason";
const head = database.prepare("SELECT seq FROM session WHERE handle = ?").pluck();
const known = database.prepare("SELECT seq FROM entry WHERE session = ? AND id = ?").pluck();
const add = database.prepare(`INSERT INTO entry (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
const move = database.prepare("UPDATE session SET seq = ? WHERE handle = ?");
const news = database.prepare(`SELECT ${columns} FROM entry WHERE session = ? AND seq > ? ORDER BY seq LIMIT 500`);

// As itsdangerous signs: HMAC-SHA256, its key derived as Django does. Whom it let in once it remembers.
const key = createHash("sha256").update("bench" + "signer" + process.env.BENCH_KEY).digest();
const admitted = new Map();
function signedIn(cookies = "") {
  const cookie = /(?:^|; )seat=([^;]+)/.exec(cookies)?.[1] ?? "";
  if (!admitted.has(cookie)) {
    const dot = cookie.lastIndexOf(".");
    const right = createHmac("sha256", key).update(cookie.slice(0, Math.max(0, dot))).digest();
    const given = Buffer.from(cookie.slice(dot + 1), "base64url");
    admitted.set(cookie, given.length === right.length && timingSafeEqual(given, right));
  }
  return admitted.get(cookie);
}

function stored(handle, ask) {
  let seq = head.get(handle);
  const verdicts = ask.entries.map((entry) => {
    const before = known.get(handle, entry.id);
    if (before !== undefined) return { id: entry.id, result: "duplicate", seq: before };
    seq += 1;
    const said = [entry.at, entry.kind, entry.step, entry.answer, entry.of, entry.reason];
    add.run(handle, seq, entry.id, ask.device, entry.n, entry.seen, ...said);
    return { id: entry.id, result: "stored", seq };
  });
  move.run(seq, handle);
  return { v: 1, seq, verdicts, entries: news.all(handle, ask.seen) };
}

const alone = database.transaction(stored).immediate;
const together = database.transaction((jobs) => jobs.map(({ handle, ask }) => stored(handle, ask))).immediate;
let waiting = [];
function batched(handle, ask) {
  return new Promise((resolve) => {
    if (!waiting.length) setImmediate(work);
    waiting.push({ handle, ask, resolve });
  });
}
function work() {
  const jobs = waiting;
  waiting = [];
  together(jobs).forEach((told, place) => jobs[place].resolve(told));
}

app.post("/s/:handle/sync", async (request, reply) => {
  if (!signedIn(request.headers.cookie)) return reply.code(401).send();
  return process.env.BENCH_BATCHED ? batched(request.params.handle, request.body) : alone(request.params.handle, request.body);
});
app.listen({ port: Number(process.env.BENCH_PORT), host: "127.0.0.1" });
