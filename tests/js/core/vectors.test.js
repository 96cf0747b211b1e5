// Holds the JavaScript rules against every example in tests/vectors/, one test a case.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { evaluate } from "../../../static/js/core/evaluate.js";

const folder = new URL("../../vectors/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json")).sort();

test("there are vectors to be held against", () => {
  for (const name of ["histories.json", "named.json", "trouble.json"]) {
    assert.ok(files.includes(name), name);
  }
});

for (const file of files) {
  const { protocol, cases } = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  test(`${file} has cases`, () => assert.ok(cases.length > 0));
  for (const each of cases) {
    test(`${file}: ${each.name}`, () => {
      const given = each.protocol ?? protocol;
      const { changes_at, ...state } = evaluate(given, each.session, each.entries, each.now);
      assert.ok(changes_at === null || changes_at > each.now);
      assert.deepEqual(state, each.expect, each.why);
    });
  }
}
