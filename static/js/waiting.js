// Calls for help and facts from the lock screen that the clinic does not have yet. They go out from any page of the tablet.

const WAITING = "tablet.waiting";
const AGAIN_MS = 15_000;

function waiting() {
  return JSON.parse(localStorage.getItem(WAITING) || "[]");
}

export function wait(body) {
  localStorage.setItem(WAITING, JSON.stringify([...waiting(), body]));
}

// What the clinic said, or nothing where it can't be reached. Only our own answer counts: a captive portal answers 200 too.
export async function send(body) {
  const headers = { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" };
  try {
    const answer = await fetch("/locked", { method: "POST", headers, body, signal: AbortSignal.timeout(8_000) });
    const told = await answer.json();
    return { reached: true, said: answer.ok ? told.said : "", refused: answer.status === 422 && told.error?.message };
  } catch {
    return { reached: false };
  }
}

// Now, again when signal comes back, and every few seconds. A word leaves the tablet only when the clinic has it.
export function keepSending(onSaid = () => {}) {
  const sendAll = async () => {
    for (const body of waiting()) {
      const { reached, said } = await send(body);
      if (!reached) return;
      if (!said) continue;
      localStorage.setItem(WAITING, JSON.stringify(waiting().filter((one) => one !== body)));
      onSaid(said);
    }
  };
  addEventListener("online", sendAll);
  setInterval(sendAll, AGAIN_MS);
  return sendAll();
}
