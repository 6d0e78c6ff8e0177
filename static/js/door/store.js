// What this phone keeps of one door, in IndexedDB, encrypted.
//
// The list of people is encrypted with a key made of a secret that the server sets as a cookie when the door is opened.
// The browser itself drops that cookie a day after the event, also if nobody opens the page again; then nobody can
// read the list. What is still to be sent has a key of its own that never leaves this browser: acts outlive the list
// until they were sent.

// What an answer of the server says to whoever is not, or not any more, at the door.
export class SignedOut extends Error {}
export const isSignedOut = (answer) => answer.type === "opaqueredirect" || [401, 403, 404, 410].includes(answer.status);

const wait = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
const done = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

const lock = async (key, value) => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
};
const unlock = async (key, { iv, bytes }) =>
  JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes)));

const secretFromCookie = (name) => {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found && Uint8Array.from(atob(found.slice(name.length + 1).replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
};

export class Store {
  // `door` is { key, database, cookie, secretAddress }; throws where the browser keeps nothing.
  static async open(door) {
    const request = indexedDB.open(door.database, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept");
      request.result.createObjectStore("acts", { keyPath: "act" });
    };
    const store = new Store(door, await wait(request));
    await store.#prepare();
    return store;
  }

  #door;
  #database;
  #actKey;
  #listKey = null;

  constructor(door, database) {
    this.#door = door;
    this.#database = database;
    // Another window that wipes the door must not wait for this one.
    database.onversionchange = () => database.close();
  }

  async #prepare() {
    this.#actKey = await this.#get("act key");
    if (!this.#actKey) {
      const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      // Two windows may open the door for the first time at once: the first one's key counts.
      const transaction = this.#database.transaction("kept", "readwrite");
      const kept = transaction.objectStore("kept");
      this.#actKey = (await wait(kept.get("act key"))) ?? made;
      kept.put(this.#actKey, "act key");
      await done(transaction);
    }
    await this.useSecret();
  }

  // Make the list's key of the cookie; false without one: then the list can be neither read nor kept.
  async useSecret() {
    const secret = secretFromCookie(this.#door.cookie);
    if (!secret) return false;
    const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: new TextEncoder().encode(this.#door.database) };
    this.#listKey = await crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return true;
  }

  // Ask the server for the cookie if there is none; throws SignedOut.
  async fetchSecret() {
    if (this.#listKey && secretFromCookie(this.#door.cookie)) return true;
    const answer = await fetch(this.#door.secretAddress, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(10_000) });
    if (isSignedOut(answer)) throw new SignedOut();
    if (!answer.ok) return false;
    await this.#put("forget at", (await answer.json()).forgetAt);
    return this.useSecret();
  }

  // Whether the time of the list is over.
  async isToBeForgotten() {
    const forgetAt = await this.#get("forget at");
    return Boolean(forgetAt) && Date.now() > Date.parse(forgetAt);
  }

  #get(name) {
    return wait(this.#database.transaction("kept").objectStore("kept").get(name));
  }

  async #put(name, value) {
    const transaction = this.#database.transaction("kept", "readwrite");
    transaction.objectStore("kept").put(value, name);
    await done(transaction);
  }

  settings() {
    return this.#get("settings");
  }

  keepSettings(settings) {
    return this.#put("settings", settings);
  }

  // The list as it was kept, or null: none yet, or its key is gone.
  async list() {
    const kept = await this.#get("list");
    if (!kept || !this.#listKey) return null;
    try {
      return await unlock(this.#listKey, kept);
    } catch {
      return null;
    }
  }

  async keepList(list) {
    if (this.#listKey) await this.#put("list", await lock(this.#listKey, list));
  }

  // All acts of this phone in the order in which they were done.
  async acts() {
    const rows = await wait(this.#database.transaction("acts").objectStore("acts").getAll());
    const acts = await Promise.all(rows.map(async (row) => ({ ...(await unlock(this.#actKey, row)), sent: row.sent })));
    return acts.sort((one, other) => one.order - other.order);
  }

  // Kept once this returns, also if the browser ends right after it.
  async keepActs(acts) {
    const rows = await Promise.all(
      acts.map(async ({ sent, ...act }) => ({ act: act.act, sent: sent ? 1 : 0, ...(await lock(this.#actKey, act)) })),
    );
    const transaction = this.#database.transaction("acts", "readwrite", { durability: "strict" });
    for (const row of rows) transaction.objectStore("acts").put(row);
    await done(transaction);
  }

  // Forget the list and what was sent; what was not sent yet stays.
  async forgetList() {
    const transaction = this.#database.transaction(["kept", "acts"], "readwrite");
    transaction.objectStore("kept").delete("list");
    const acts = transaction.objectStore("acts");
    for (const row of await wait(acts.getAll())) if (row.sent) acts.delete(row.act);
    await done(transaction);
    this.#dropCookie();
  }

  // Leave nothing of this door on the phone.
  async wipe() {
    this.#database.close();
    this.#dropCookie();
    await wait(indexedDB.deleteDatabase(this.#door.database));
  }

  #dropCookie() {
    document.cookie = `${this.#door.cookie}=; Max-Age=0; Path=/; SameSite=Strict`;
    this.#listKey = null;
  }
}
