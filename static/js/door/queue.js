// Sends what this phone did. Every act is kept on the phone first and stays until the server answered for it, so a
// request that is lost, repeated or cut in the middle loses nothing: the server keeps each act once.
import { isSignedOut, SignedOut } from "./store.js";

const BATCH = 50;
const PATIENCE = 10_000;
// What of an act the server hears; the rest is for this phone.
const SAID = ["act", "what", "person", "code", "day", "session", "at", "how", "undoes", "walk_in", "signature"];
// What the number of somebody begins with whom this phone wrote in, until the server gave them one.
export const WALK_IN = "walk-in ";
const PAUSES = [1_000, 2_000, 5_000, 10_000, 20_000];

const csrf = () => document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="))?.slice(10) ?? "";

export class Queue {
  // `take(answer, acts, asked)` is given each answer with the acts that it is about and when it was asked for, before
  // they count as sent.
  constructor(store, { actsAddress, device, since, take, changed }) {
    Object.assign(this, { store, actsAddress, device, since, take, changed });
    this.state = navigator.onLine ? "online" : "offline";
    this.failures = 0;
    this.timer = 0;
    this.sending = null;
    addEventListener("online", () => this.soon(0));
    addEventListener("offline", () => this.#become("offline"));
  }

  #become(state) {
    this.state = state;
    this.changed();
  }

  soon(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), milliseconds);
  }

  // Send all there is, and ask what changed. Several windows of one phone take turns.
  send() {
    this.sending ??= this.#inTurn().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  async #inTurn() {
    const turn = () => this.#sendAll();
    try {
      await (navigator.locks ? navigator.locks.request(`send ${this.actsAddress}`, turn) : turn());
      this.failures = 0;
    } catch (problem) {
      this.failures += 1;
      this.#become(problem instanceof SignedOut ? "signed out" : "offline");
    }
    const pause = this.failures ? PAUSES[Math.min(this.failures, PAUSES.length) - 1] : 15_000;
    if (this.state !== "signed out") this.soon(pause + Math.random() * 500);
  }

  async #sendAll() {
    const tried = new Set();
    for (;;) {
      const unsent = (await this.store.acts()).filter((act) => !act.sent && !tried.has(act.act));
      const batch = unsent.slice(0, BATCH);
      if (!batch.length && tried.size) break;
      await this.#sendBatch(batch, unsent.length - batch.length);
      for (const act of batch) tried.add(act.act);
      if (batch.length === unsent.length) break;
    }
    this.#become("online");
  }

  async #sendBatch(batch, unsent) {
    const asked = Date.now();
    const answer = await this.#post(batch, unsent);
    if (answer.status === 400 || answer.status === 413 || answer.status === 422) {
      // One act that the server cannot read must not hold up the others.
      if (batch.length > 1) for (const act of batch) await this.#sendBatch([act], unsent);
      else if (batch.length) await this.store.keepActs([{ ...batch[0], outcome: "unreadable" }]);
      return;
    }
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    const said = await answer.json();
    const outcomes = new Map((said.results ?? []).map((result) => [result.act, result]));
    const answered = batch
      .filter((act) => outcomes.has(act.act))
      .map((act) => {
        const { outcome, reason, words } = outcomes.get(act.act);
        // What was sent needs no text of its own any more: names are in the list.
        const { walk_in: _walkIn, signature: _signature, code: _code, ...rest } = act;
        const isToBeMended = act.walk_in && outcome !== "counted";
        return { ...(isToBeMended ? act : rest), outcome, reason, words, sent: true };
      });
    await this.take(said, answered, asked);
    await this.store.keepActs(answered);
    this.since = said.version ?? this.since;
    this.changed(answered);
  }

  // `unsent` is how many acts this phone keeps beside these; the host sees it.
  async #post(batch, unsent) {
    const acts = batch.map((act) => {
      const said = Object.fromEntries(SAID.filter((name) => name in act).map((name) => [name, act[name]]));
      // Who was scanned, the server finds by the code; whom this phone wrote in, it does not know yet.
      if (said.code || said.person?.startsWith(WALK_IN)) delete said.person;
      return said;
    });
    const answer = await fetch(this.actsAddress, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
      body: JSON.stringify({ device: this.device(), since: this.since, unsent, acts }),
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (isSignedOut(answer)) throw new SignedOut();
    return answer;
  }
}
