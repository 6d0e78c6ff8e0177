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
