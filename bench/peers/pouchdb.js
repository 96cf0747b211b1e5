// express-pouchdb on leveldb: a database a session, entries by POST /{database}/_bulk_docs, behind the same signed credential.
"use strict";
const { createRequire } = require("node:module");
const { createHash, createHmac, timingSafeEqual } = require("node:crypto");
const wanted = createRequire(process.env.BENCH_MODULES + "/");
const express = wanted("express");
const PouchDB = wanted("pouchdb").defaults({ prefix: process.env.BENCH_DATABASE + "/" });

const key = createHash("sha256").update("bench" + "signer" + process.env.BENCH_KEY).digest();
const admitted = new Map();
function signedIn(request, response, next) {
  const cookie = /(?:^|; )seat=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
  if (!admitted.has(cookie)) {
    const dot = cookie.lastIndexOf(".");
    const right = createHmac("sha256", key).update(cookie.slice(0, Math.max(0, dot))).digest();
    const given = Buffer.from(cookie.slice(dot + 1), "base64url");
    admitted.set(cookie, given.length === right.length && timingSafeEqual(given, right));
  }
  if (admitted.get(cookie)) next();
  else response.status(401).end();
}

const app = express();
app.use(signedIn);
// Without its sign-in, log, settings and dashboard: only what PouchDB itself asks for.
app.use(wanted("express-pouchdb")(PouchDB, { mode: "minimumForPouchDB" }));
app.listen(Number(process.env.BENCH_PORT), "127.0.0.1");
