// Listens for news. A phone that slept has a dead line that looks open, so it starts anew whenever it is looked at again.

const SILENCE_MS = 20_000;

export class Live {
  #url;
  #onNews;
  #source = null;
  #heard = Date.now();
  #openedAt = 0;

  constructor(url, onNews) {
    this.#url = url;
    this.#onNews = onNews;
    addEventListener("pageshow", () => this.open());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.open());
    setInterval(() => this.#openIfSilent(), 5_000);
    this.open();
  }

  // Milliseconds since the last word from the server.
  quietFor() {
    return Date.now() - this.#heard;
  }

  open() {
    this.#source?.close();
    this.#openedAt = Date.now();
    this.#source = new EventSource(this.#url);
    this.#source.addEventListener("seq", (event) => this.#hear(event, true));
    this.#source.addEventListener("beat", (event) => this.#hear(event, false));
  }

  #openIfSilent() {
    const silent = this.quietFor() > SILENCE_MS && Date.now() - this.#openedAt > SILENCE_MS / 2;
    if (silent && document.visibilityState === "visible") this.open();
  }

  #hear(event, news) {
    this.#heard = Date.now();
    this.#onNews({ news, number: Number(event.data) });
  }
}
