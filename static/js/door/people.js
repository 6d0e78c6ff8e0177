// Who is on the list, who is here, and who is meant: from the list as the server sent it and the acts of this phone.
import { numberIn } from "./codes.js";

const LETTERS = { ß: "ss", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ı: "i", ς: "σ", ħ: "h", ŧ: "t" };

// Text as it is searched: “Łódź” and “lodz” are the same.
export const folded = (text) =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ßøłđðþæœıςħŧ]/g, (letter) => LETTERS[letter]);

// What is heard later of acts of one instant: whoever came and left had left. The server says the same of all acts, also
// of those that no phone makes (registrations/models/attendance.py).
const HEARD = ["in", "out", "undo"];
const inOrder = (one, other) =>
  Date.parse(one.at) - Date.parse(other.at) || HEARD.indexOf(one.what) - HEARD.indexOf(other.what) || (one.act < other.act ? -1 : 1);
// The server writes instants with more digits than a phone.
export const isSame = (one, other) => Boolean(one) && Date.parse(one) === Date.parse(other);

// A day of the event and maybe one of its sessions, as one word: what somebody is or is not at.
export const placeOf = (day, session) => (session ? `session ${session}` : day);

export class People {
  #people = new Map();
  #byCode = new Map();
  #byNumber = new Map();
  #acts = new Map();
  #order = [];

  constructor(language) {
    this.collator = new Intl.Collator(language);
  }

  get size() {
    return this.#people.size;
  }

  get all() {
    return this.#order;
  }

  get(id) {
    return this.#people.get(id);
  }

  byCode(hash) {
    return this.#byCode.get(hash);
  }

  byNumber(number) {
    return this.get(this.#byNumber.get(number)) ?? null;
  }

  // Take people in; those who are known already are replaced.
  take(people, { all = false } = {}) {
    if (all) {
      for (const [id, person] of this.#people) if (!person.isWalkInHere) this.#people.delete(id);
      this.#byCode.clear();
      this.#byNumber.clear();
    }
    for (const person of people) {
      const before = this.#people.get(person.id);
      if (before?.code) this.#byCode.delete(before.code);
      if (before?.number) this.#byNumber.delete(before.number);
      this.#people.set(person.id, { ...person, here: person.here ?? {}, folded: folded(`${person.name} ${person.organisation ?? ""}`) });
      if (person.code) this.#byCode.set(person.code, person.id);
      if (person.number) this.#byNumber.set(person.number, person.id);
    }
    this.#order = [...this.#people.values()].sort((one, other) => this.collator.compare(one.name, other.name));
  }

  // Somebody whom this phone wrote in and the server does not know yet.
  takeWalkIn(act) {
    this.take([
      {
        id: act.person,
        name: act.walk_in.name,
        organisation: act.walk_in.organisation,
        status: "confirmed",
        days: [act.day],
        here: {},
        isWalkInHere: true,
      },
    ]);
  }

  drop(id) {
    this.#people.delete(id);
    this.#order = this.#order.filter((person) => person.id !== id);
  }

  takeActs(acts) {
    this.#acts = new Map();
    for (const act of acts) this.takeAct(act);
  }

  takeAct(act) {
    if (!act.person) return;
    const acts = this.#acts.get(act.person) ?? [];
    this.#acts.set(act.person, [...acts.filter((known) => known.act !== act.act), act]);
  }

  // Since when somebody is at a place and since when they have left again, as instants in text or null each. What the
  // server said, and over it what this phone did and the server does not know yet.
  standing(person, place) {
    let here = person.here[place] ?? null;
    let left = person.left?.[place] ?? null;
    const acts = (this.#acts.get(person.id) ?? [])
      .filter((act) => placeOf(act.day, act.session) === place)
      .sort(inOrder);
    const undone = new Set(acts.filter((act) => act.what === "undo").map((act) => act.undoes));
    for (const act of acts) {
      if (act.sent && undone.has(act.act) && acts.some((undo) => undo.undoes === act.act && !undo.sent)) {
        if (act.what === "in" && isSame(here, act.at)) here = this.#otherwiseHere(acts, undone);
        if (act.what === "out") left = null;
      }
      if (act.sent || undone.has(act.act)) continue;
      // Of what the server said, only what happened before is heard before.
      const isLater = (instant) => Boolean(instant) && Date.parse(instant) > Date.parse(act.at);
      if (act.what === "in") [here, left] = [here && !isLater(here) ? here : act.at, isLater(left) || isSame(left, act.at) ? left : null];
      if (act.what === "out" && here && !isLater(here) && !isLater(left)) left = act.at;
    }
    return { here, left };
  }

  // Since when somebody is here by the other acts of this phone, those that were not taken back: whoever was scanned twice
  // stays here when one of the two is undone.
  #otherwiseHere(acts, undone) {
    const before = acts.findLast((act) => act.sent && act.what === "out" && !undone.has(act.act));
    const others = acts.filter((act) => act.what === "in" && act.sent && act.outcome === "counted" && !undone.has(act.act));
    return others.find((act) => !before || Date.parse(act.at) > Date.parse(before.at))?.at ?? null;
  }

  // Those whose name or organisation holds every word that was typed, or whose ticket has this number.
  matching(typed) {
    const person = this.byNumber(numberIn(typed));
    if (person) return [person];
    const words = folded(typed).split(/\s+/).filter(Boolean);
    return words.length ? this.#order.filter((person) => words.every((word) => person.folded.includes(word))) : [];
  }

  isExpected(person, day) {
    return person.status === "confirmed" && (!person.days || person.days.includes(day));
  }

  // How many are expected, here, and came in the ten minutes before `now`.
  count(day, session, now) {
    const place = placeOf(day, session);
    const counted = { expected: 0, here: 0, lately: 0 };
    for (const person of this.#order) {
      if (!this.isExpected(person, day)) continue;
      counted.expected += 1;
      const { here } = this.standing(person, place);
      if (!here) continue;
      counted.here += 1;
      if (now - Date.parse(here) < 600_000) counted.lately += 1;
    }
    return counted;
  }
}
