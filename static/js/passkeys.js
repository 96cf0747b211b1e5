// Makes a passkey at one's own page, and uses it to sign in. What the server asks and is told travels as JSON, bytes as base64url.

const error = document.querySelector("[data-passkey-error]");

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error.message);
  return told;
}

// The credential as the server reads it.
function told(credential) {
  const { response } = credential;
  const known = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const parts = known.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: Object.fromEntries(parts) };
}

async function make() {
  const asked = await post("/passkeys/options", { present: document.querySelector("#k-present").value });
  asked.challenge = bytes(asked.challenge);
  asked.user.id = bytes(asked.user.id);
  asked.excludeCredentials = (asked.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const made = await navigator.credentials.create({ publicKey: asked });
  return post("/passkeys", { credential: told(made), name: document.querySelector("#k-name").value });
}

async function use() {
  const asked = await post("/sign-in/passkey/options");
  asked.challenge = bytes(asked.challenge);
  const found = await navigator.credentials.get({ publicKey: asked });
  const nonce = document.querySelector("[name=nonce]")?.value; // of a shared tablet: see tablet.js
  return post("/sign-in/passkey", { credential: told(found), nonce });
}

function offer(button, work) {
  if (!button || !globalThis.PublicKeyCredential) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    error.hidden = true;
    try {
      location.assign((await work()).to);
    } catch (problem) {
      error.textContent = problem.message;
      error.hidden = false;
    }
  });
}

offer(document.querySelector("[data-passkey-make]"), make);
offer(document.querySelector("[data-passkey-use]"), use);
