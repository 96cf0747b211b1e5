// The camera as texts: what square codes it sees. The browser's own reader where it has one, else the library's.

const EACH_MS = 100;

export class Camera {
  #video;
  #onText;
  #stream = null;
  #timer = 0;

  constructor(video, onText) {
    this.#video = video;
    this.#onText = onText;
  }

  get on() {
    return this.#stream !== null;
  }

  // Rejects where there is no camera, or it may not be used.
  async start() {
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    const [read, stream] = await Promise.all([reader(), navigator.mediaDevices.getUserMedia({ video: wanted })]);
    this.#stream = stream;
    this.#video.srcObject = stream;
    this.#video.hidden = false;
    await this.#video.play();
    this.#look(read);
  }

  stop() {
    clearTimeout(this.#timer);
    for (const track of this.#stream?.getTracks() || []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
    this.#video.hidden = true;
  }

  async #look(read) {
    for (const text of await read(this.#video).catch(() => [])) this.#onText(text);
    if (this.on) this.#timer = setTimeout(() => this.#look(read), EACH_MS);
  }
}

// A function from a video to the texts in its picture.
async function reader() {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats().catch(() => [])) || [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video)).map((one) => one.rawValue);
  }
  const { decodeQR } = await import("../vendor/qr/decode.js");
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    Object.assign(pen.canvas, { width, height });
    pen.drawImage(video, 0, 0);
    try {
      return [decodeQR(pen.getImageData(0, 0, width, height))];
    } catch {
      return []; // nothing in this picture
    }
  };
}
