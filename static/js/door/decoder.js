// Reads QR codes in pictures, apart from the page so that it never waits. The second file comes from here and not from
// another host, where the package would fetch it (docs/vendored.md).
const folder = new URL("../../vendor/zxing-wasm/", self.location.href);
importScripts(new URL("reader.js", folder).href);
const ready = ZXingWASM.prepareZXingModule({
  overrides: { locateFile: (name) => new URL(name, folder).href },
  fireImmediately: true,
});
const options = { formats: ["QRCode"], maxNumberOfSymbols: 1, tryHarder: true };

self.onmessage = async ({ data: { number, picture } }) => {
  try {
    await ready;
    const [found] = picture ? await ZXingWASM.readBarcodes(picture, options) : [];
    self.postMessage({ number, text: found?.text ?? "" });
  } catch (problem) {
    self.postMessage({ number, text: "", problem: String(problem) });
  }
};
