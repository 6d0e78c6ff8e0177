// The camera of the phone and what finds a QR code in its pictures: the browser's own detector, else ours in a worker.
const WIDEST = 960;

class OwnDecoder {
  #worker;
  #waiting = new Map();
  #number = 0;
  #canvas = document.createElement("canvas");

  constructor(address) {
    this.#worker = new Worker(address);
    this.#worker.onmessage = ({ data: { number, text } }) => {
      this.#waiting.get(number)?.(text);
      this.#waiting.delete(number);
    };
    this.#worker.onerror = () => {
      for (const resolve of this.#waiting.values()) resolve("");
      this.#waiting.clear();
    };
    // Fetches and prepares what it needs, before the first code is held up.
    this.#ask(null);
  }

  #ask(picture) {
    const number = ++this.#number;
    return new Promise((resolve) => {
      this.#waiting.set(number, resolve);
      this.#worker.postMessage({ number, picture }, picture ? [picture.data.buffer] : []);
    });
  }

  read(source, width, height) {
    const scale = Math.min(1, WIDEST / Math.max(width, height));
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(source, 0, 0, this.#canvas.width, this.#canvas.height);
    return this.#ask(context.getImageData(0, 0, this.#canvas.width, this.#canvas.height));
  }
}

class BrowsersDecoder {
  #detector = new BarcodeDetector({ formats: ["qr_code"] });

  async read(source) {
    return (await this.#detector.detect(source))[0]?.rawValue ?? "";
  }
}

export const openDecoder = async (address) => {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => [])) ?? [];
  return formats.includes("qr_code") ? new BrowsersDecoder() : new OwnDecoder(address);
};

export class Camera {
  #decoder = null;
  #stream = null;
  #paused = false;
  // Called when the camera ends by itself.
  lost = () => undefined;

  // `found(text, milliseconds)` is called for every picture in which a code is read, and when it was.
  constructor(video, decoderAddress, found) {
    Object.assign(this, { video, decoderAddress, found });
  }

  get isOpen() {
    return this.#stream !== null;
  }

  async #decoding() {
    this.#decoder ??= openDecoder(this.decoderAddress);
    return this.#decoder;
  }

  // Throws what the browser says: NotAllowedError, NotFoundError …
  async open(deviceId) {
    this.close();
    const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: "environment" } };
    this.#stream = await navigator.mediaDevices.getUserMedia({ video: { ...which, width: { ideal: 1280 } } });
    this.#paused = false;
    // Somebody pulled it out, or another program took it; nobody says so of one that is closed here.
    this.#track.addEventListener("ended", () => this.lost());
    this.video.srcObject = this.#stream;
    await this.video.play();
    this.#look(this.#stream, await this.#decoding());
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
  }

  pause() {
    this.#paused = true;
  }

  goOn() {
    this.#paused = false;
  }

  async #look(stream, decoder) {
    while (this.#stream === stream) {
      await new Promise((resolve) => {
        // A page in the background gets no pictures, and looks again a moment later.
        const late = setTimeout(resolve, 500);
        const next = () => (clearTimeout(late), resolve());
        if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(next);
        else requestAnimationFrame(next);
      });
      if (this.#paused || this.#stream !== stream || !this.video.videoWidth) continue;
      const text = await decoder.read(this.video, this.video.videoWidth, this.video.videoHeight).catch(() => "");
      if (text && !this.#paused && this.#stream === stream) await this.found(text, performance.now());
    }
  }

  async readFile(file) {
    const picture = await createImageBitmap(file);
    return (await this.#decoding()).read(picture, picture.width, picture.height);
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  get hasTorch() {
    return Boolean(this.#track?.getCapabilities?.().torch);
  }

  turnTorch(on) {
    return this.#track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  async cameras() {
    return (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
  }

  async next() {
    const cameras = await this.cameras();
    const now = cameras.findIndex((camera) => camera.deviceId === this.#track?.getSettings().deviceId);
    if (cameras.length > 1) await this.open(cameras[(now + 1) % cameras.length].deviceId);
  }
}
