// Draws the pages that Session Day's are held against, and builds what they need, into a folder that serving.py serves:
//
//     node draw.mjs HERE FOLDER        (run where node_modules has the packages)

import { build } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import nunjucks from "nunjucks";
import * as sass from "sass";

const [, , here, out] = process.argv;
const modules = join(process.cwd(), "node_modules");
const { hold, help, tasks } = JSON.parse(readFileSync(join(here, "tasks.json"), "utf8"));
const write = (name, text) => {
  mkdirSync(join(out, name, ".."), { recursive: true });
  writeFileSync(join(out, name), text);
};

const SYSTEMS = {
  govuk: {
    root: "govuk-frontend/dist", base: "govuk/template.njk",
    css: "govuk-frontend/dist/govuk/govuk-frontend.min.css", js: "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    macros: {
      backLink: "back-link:govukBackLink", warning: "warning-text:govukWarningText", taskList: "task-list:govukTaskList",
      button: "button:govukButton", panel: "panel:govukPanel", errorSummary: "error-summary:govukErrorSummary",
      radios: "radios:govukRadios", input: "input:govukInput",
    },
  },
  nhsuk: {
    root: "nhsuk-frontend/dist", base: "nhsuk/template.njk",
    css: "nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.css", js: "nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.js",
    macros: {
      backLink: "back-link:backLink", warning: "warning-callout:warningCallout", taskList: "task-list:taskList",
      button: "button:button", panel: "panel:panel", errorSummary: "error-summary:errorSummary", radios: "radios:radios", input: "input:input",
    },
  },
};

function drawSystem(system, { root, base, css, js, macros }) {
  const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader([join(modules, root), here]), { autoescape: true });
  const imports = Object.entries(macros).map(([name, where]) => {
    const [file, macro] = where.split(":");
    return `{% from "${system}/components/${file}/macro.njk" import ${macro} as ${name} %}`;
  });
  const [first, ...rest] = readFileSync(join(here, "page.njk"), "utf8").split("{% extends base %}");
  const template = nunjucks.compile(`${first}{% extends base %}${imports.join("")}${rest.join("")}`, environment);
  const page = (name, told) => write(`${system}/${name}.html`, template.render({ base, system, hold, help, ...told }));
  const asked = tasks.filter((task) => ["choice", "checks", "measure"].includes(task.kind));
  const status = { tag: { text: "Not yet started", classes: `${system}-tag--blue` } };
  page("day", { page: "day", title: "The day", list: asked.map((task) => ({ title: { text: task.title }, href: `/${system}/${task.id}`, status })) });
  for (const task of [...asked, { id: "help", title: help }]) {
    page(`${task.id}.saved`, { page: "saved", title: "Saved" });
    if (task.over) page(`${task.id}.over`, { page: "saved", title: "Saved", over: task.over });
  }
  const yesno = [{ value: "yes", text: "Yes" }, { value: "no", text: "No" }];
  for (const task of asked) {
    const choices = task.options?.map(([value, text]) => ({ value, text }));
    const told = { page: "ask", title: task.title, task: { items: [], fields: [], ...task, choices }, yesno };
    page(task.id, told);
    const message = { text: "Answer this" };
    page(`${task.id}.error`, { ...told, error: true, message, errors: [{ text: message.text, href: `#${task.items?.[0][0] ?? task.fields?.[0][0] ?? "answer"}` }] });
  }
  copyFileSync(join(modules, css), join(out, system, "system.css"));
  copyFileSync(join(modules, js), join(out, system, "system.js"));
  write(`${system}/begin.js`, 'import { initAll } from "./system.js";\ninitAll();\n');
}

// A form builder's page: one link, one form.
function drawSurvey() {
  for (const name of ["survey-core/survey.core.min.js", "survey-core/survey-core.min.css", "survey-js-ui/survey-js-ui.min.js"]) {
    mkdirSync(join(out, "survey"), { recursive: true });
    copyFileSync(join(modules, name), join(out, "survey", name.split("/")[1]));
  }
  copyFileSync(join(here, "survey.js"), join(out, "survey", "begin.js"));
  for (const task of tasks) {
    write(`survey/${task.id}.js`, `window.asked = ${JSON.stringify({ title: "The day of Sam", elements: elements(task) })};\nwindow.task = "${task.id}";\n`);
    const scripts = ["survey.core.min.js", "survey-js-ui.min.js", `${task.id}.js`, "begin.js"];
    write(`survey/${task.id}.html`, bare(task, '<link rel="stylesheet" href="/survey/survey-core.min.css">', scripts.map((one) => `/survey/${one}`), '<main id="form"></main>'));
  }
}

function elements({ id, kind, title, what, options, items, fields }) {
  const yesno = [{ value: "yes", text: "Yes" }, { value: "no", text: "No" }];
  if (kind === "choice") return [{ type: "radiogroup", name: id, title, description: what, isRequired: true, choices: options.map(([value, text]) => ({ value, text })) }];
  if (kind === "checks") return [
    { type: "html", name: "what", html: `<p>${what}</p>` },
    ...items.map(([name, text]) => ({ type: "radiogroup", name, title: text, isRequired: true, colCount: 2, choices: yesno })),
  ];
  if (kind === "measure") return [
    { type: "html", name: "what", html: `<p>${what}</p>` },
    ...fields.map(([name, text, min, max]) => ({ type: "text", inputType: "number", name, title: text, isRequired: true, min, max })),
  ];
  if (kind === "help") return [{ type: "radiogroup", name: "help", title, isRequired: true, choices: [{ value: "yes", text: what }] }];
  return [{ type: "html", name: "hold", html: `<h2>${title}</h2><p>${what}</p>` }];
}

function bare({ title }, head, scripts, body) {
  const loaded = scripts.map((one) => `<script defer src="${one}"></script>`).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,">${head}${loaded}</head><body>${body}</body></html>\n`;
}

// Enketo's form engine, bundled as its makers do, and its formhub theme. The XForms are made into HTML by its own
// transformer, once, in a browser (transform.html), because its Node half needs a native library.
async function drawEnketo() {
  const core = join(modules, "enketo-core");
  const { browser } = createRequire(import.meta.url)(join(core, "package.json"));
  const alias = Object.fromEntries(Object.entries(browser).map(([name, file]) => [name, join(core, file)]));
  const common = { bundle: true, minify: true, format: "iife", nodePaths: [modules], logLevel: "error" };
  await build({ ...common, entryPoints: [join(here, "enketo.js")], outfile: join(out, "enketo/begin.js"), alias, loader: { ".png": "dataurl", ".svg": "dataurl" } });
  // Its makers' own tree lies otherwise: what they name there is found here.
  const importers = [{ findFileUrl: (url) => (url.includes("node_modules/") ? pathToFileURL(join(modules, url.split("node_modules/")[1])) : null) }];
  const quiet = { importers, style: "compressed", silenceDeprecations: Object.keys(sass.deprecations), loadPaths: [modules], logger: sass.Logger.silent };
  write("enketo/formhub.css", sass.compile(join(core, "src/sass/formhub/formhub.scss"), quiet).css);
  copyFileSync(join(modules, "enketo-transformer/dist/enketo-transformer/web/transformer.js"), join(out, "enketo/transformer.js"));
  for (const task of tasks) write(`enketo/${task.id}.xml`, xform(task));
  write("enketo/transform.html", "<!doctype html><title>Transforms</title>");
}

function xform({ id, kind, title, what, options, items, fields }) {
  const yesno = [["yes", "Yes"], ["no", "No"]];
  const asked = { choice: [[id, `${title}: ${what}`, options]], checks: items?.map(([name, text]) => [name, text, yesno]), help: [[id, title, [["yes", what]]]] }[kind] || [];
  const numbers = kind === "measure" ? fields : [];
  const names = [...asked, ...numbers].map(([name]) => name);
  const note = kind === "checks" || kind === "measure" || kind === "told" ? `<input ref="/data/note"><label>${what}</label></input>` : "";
  const binds = [
    ...asked.map(([name]) => `<bind nodeset="/data/${name}" type="select1" required="true()"/>`),
    ...numbers.map(([name, , min, max]) => `<bind nodeset="/data/${name}" type="int" required="true()" constraint=". &gt;= ${min} and . &lt;= ${max}"/>`),
  ];
  const body = [
    ...asked.map(([name, text, choices]) => `<select1 ref="/data/${name}"><label>${text}</label>${choices.map(([value, label]) => `<item><label>${label}</label><value>${value}</value></item>`).join("")}</select1>`),
    ...numbers.map(([name, text]) => `<input ref="/data/${name}"><label>${text}</label></input>`),
  ];
  return `<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>${title}</h:title><model><instance><data id="${id}"><note/>${names.map((name) => `<${name}/>`).join("")}<orx:meta><orx:instanceID/></orx:meta></data></instance>
<bind nodeset="/data/note" type="string" readonly="true()"/>${binds.join("")}<bind nodeset="/data/orx:meta/orx:instanceID" type="string" preload="uid"/></model></h:head>
<h:body>${note}${body.join("")}</h:body></h:html>`;
}

for (const [system, made] of Object.entries(SYSTEMS)) drawSystem(system, made);
drawSurvey();
await drawEnketo();
