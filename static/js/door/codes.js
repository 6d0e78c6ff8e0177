// What a scanned code is worth, without asking anybody: whose it is if the list holds its hash; else whether we signed
// it, so that a ticket of another event is told from one that somebody made up.
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytesOf = (base64url) => Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

// The code in what a camera or a scanner read: an address that ends in /t/{code}, or the code alone. "" if it is none.
export const codeIn = (text) => {
  const [, inAddress] = /\/t\/([^/?#\s]+)/i.exec(text) ?? [];
  if (inAddress) return decodeURIComponent(inAddress);
  return /^[A-Z0-9_-]{40,200}$/i.test(text.trim()) ? text.trim() : "";
};

// The number of a ticket as somebody typed it (registrations/door/numbers.py); "" if it is none or was mistyped.
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const numberIn = (text) => {
  const number = text.toUpperCase().replace(/[\s–—·.-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  const digits = Array.from(number, (letter) => LETTERS.indexOf(letter));
  if (digits.length !== 8 || digits.includes(-1)) return "";
  const check = digits.slice(0, -1).reduce((value, digit) => (value * 32 + digit) % 37, 0);
  return check === digits.at(-1) ? number : "";
};

export const hashOf = async (code) => hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code)));

export const importPublicKey = (jwk) =>
  crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);

const SIGNATURE = 64;

// Whether we signed a code: base64url of random bytes and the signature over them (registrations/door/codes.py).
export const isSigned = async (code, publicKey) => {
  try {
    const bytes = bytesOf(code);
    const [said, signature] = [bytes.slice(0, -SIGNATURE), bytes.slice(-SIGNATURE)];
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, publicKey, signature, said);
  } catch {
    return false;
  }
};
