// Listens for news. A phone that slept has a dead line that looks open, so it starts anew whenever it is looked at again.

const SILENCE_MS = 20_000;

export class Live {
  #url;
  #onNews;
  #source = null;
  #heard = 0;

  constructor(url, onNews) {
    this.#url = url;
    this.#onNews = onNews;
    addEventListener("pageshow", () => this.open());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.open());
    setInterval(() => this.quietFor() > SILENCE_MS && document.visibilityState === "visible" && this.open(), 5_000);
    this.open();
  }

  // Milliseconds since the last word from the server.
  quietFor() {
    return Date.now() - this.#heard;
  }

  open() {
    this.#source?.close();
    this.#heard = Math.max(this.#heard, Date.now() - SILENCE_MS + 5_000);
    this.#source = new EventSource(this.#url);
    this.#source.addEventListener("seq", (event) => this.#hear(event, true));
    this.#source.addEventListener("beat", (event) => this.#hear(event, false));
  }

  #hear(event, news) {
    this.#heard = Date.now();
    this.#onNews({ news, number: Number(event.data) });
  }
}
