// The real application in a process of its own (tests/journeys.py), and how a journey talks to it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PYTHON = `${ROOT}.venv/bin/python`;

export class Server {
  #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  #process;
  #port;

  static async start() {
    const server = new Server();
    const python = process.env.PYTHON || (existsSync(PYTHON) ? PYTHON : "python3");
    server.#process = spawn(python, ["-m", "tests.journeys"], { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
    for await (const line of createInterface({ input: server.#process.stdout })) {
      server.#port = JSON.parse(line).port;
      return server;
    }
    throw new Error("the server did not start");
  }

  stop() {
    this.#agent.destroy();
    this.#process.stdin.end();
  }

  // What a journey knows and does behind the application's back.
  async ask(name, asked, now) {
    const { status, text } = await this.post(`/-/${name}`, "application/json", JSON.stringify(asked), { "x-now": now });
    if (status !== 200) throw new Error(`${name} failed: ${status} ${text}`);
    return JSON.parse(text);
  }

  post(path, type, body, headers = {}) {
    const bytes = Buffer.from(body);
    return this.send("POST", path, { "Content-Type": type, "Content-Length": bytes.length, ...headers }, bytes);
  }

  send(method, path, headers, body) {
    return new Promise((resolve, reject) => {
      const asked = request({ port: this.#port, method, path, headers, agent: this.#agent }, (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode, headers: response.headers, text });
        });
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }
}
