// The list of people: what the server says of it and of the acts that were sent.
import { compareClocks } from "./clock.js";
import { importPublicKey } from "./codes.js";
import { forgetNames, showAll, showStrip } from "./desk.js";
import { byId, door, show } from "./page.js";
import { isSame, placeOf } from "./people.js";
import { fillPlaces } from "./places.js";
import { showResult } from "./result.js";
import { camera } from "./scanning.js";
import { showScreen } from "./screens.js";
import { fillSettings } from "./settings.js";
import { change, otherWindows, people, state, STATUSES, unsent } from "./state.js";
import { isSignedOut, SignedOut } from "./store.js";

export const takeAnswer = async (answer, answered, asked) => {
  const isNews = await compareClocks(answer.now, asked);
  if (!state.list) return;
  if (isNews) fillPlaces();
  for (const act of answered) {
    const result = answer.results.find((one) => one.act === act.act);
    if (act.outcome !== "counted") continue;
    // Whom this phone did not know: somebody who registered after its list was made.
    if (!act.person && result.person) act.person = result.person;
    const known = people.get(act.person);
    const place = placeOf(act.day, act.session);
    if (act.walk_in || known?.isWalkInHere) {
      // From now on they are in the list of the server, which sends them along.
      if (result.person) act.person = result.person;
      if (known?.isWalkInHere && result.person) people.drop(known.id);
    } else if (known && act.what === "in") {
      const before = known.here[place];
      if (!before || act.at < before) known.desk = { ...known.desk, [place]: state.settings.desk ?? state.settings.device };
      known.here = { ...known.here, [place]: before && before < act.at ? before : act.at };
      known.left = { ...known.left, [place]: null };
    } else if (known && act.what === "out") known.left = { ...known.left, [place]: act.at };
    else if (known && act.what === "undo") {
      const undone = state.acts.find((one) => one.act === act.undoes);
      if (undone?.what === "in" && isSame(known.here[place], undone.at)) {
        const { here } = people.standing(known, place);
        known.here = { ...known.here, [place]: isSame(here, undone.at) ? null : here };
      }
      if (undone?.what === "out") known.left = { ...known.left, [place]: null };
    }
  }
  for (const act of answered) {
    const mine = state.acts.find((one) => one.act === act.act);
    if (act.walk_in && act.outcome !== "counted" && mine) people.drop(mine.person);
  }
  for (const changed of answer.changes ?? []) noteReplaced(people.get(changed.id), changed);
  if (answer.changes?.length) people.take(answer.changes);
  takeCounter(answer.counter);
  // The name that the server gave this device, until somebody here names it.
  if (answer.device && answer.device !== state.settings.device) {
    await change({ device: answer.device });
    fillSettings();
  }
  if (answer.version) state.list.version = answer.version;
  await keepList();
};

// The ticket that somebody had before is theirs no more, also where the whole list is not fetched again.
const noteReplaced = (before, { code, number }) => {
  if (before?.code && before.code !== code) state.list.replaced = [...(state.list.replaced ?? []), before.code];
  if (before?.number && before.number !== number) state.list.replaced_numbers = [...(state.list.replaced_numbers ?? []), before.number];
};

const takeCounter = (counter) => {
  state.list.walkIns = counter?.walk_ins ?? state.list.walkIns ?? 0;
  state.list.free = counter ? counter.free : state.list.free;
};

const keepList = async () => {
  state.list.people = people.all.filter((person) => !person.isWalkInHere).map(({ folded: _folded, ...person }) => person);
  await state.store.keepList(state.list);
};

export const afterSending = (answered) => {
  for (const act of answered ?? []) {
    const index = state.acts.findIndex((one) => one.act === act.act);
    if (index >= 0) state.acts[index] = act;
    people.takeAct(act);
    if (state.current?.act?.act !== act.act) continue;
    // The server may know better: a code that was replaced, or somebody who registered, after this list was made.
    const person = people.get(act.person) ?? state.current.person;
    if (act.outcome !== "counted" && ["welcome", "maybe_full"].includes(state.current.verdict)) showResult("refused", { person, what: act.words });
    if (act.outcome === "counted" && ["not_listed", "other_day", "maybe_full", ...STATUSES].includes(state.current.verdict)) {
      delete act.verdict;
      showResult("welcome", { person, act });
    }
  }
  otherWindows?.postMessage("acts");
  showAll();
};

export const takeList = async (fresh) => {
  state.list = { walkIns: state.list?.walkIns, ...fresh };
  takeCounter(fresh.counter);
  state.publicKey = state.list.public_key ? await importPublicKey(state.list.public_key) : null;
  people.take(state.list.people, { all: true });
  for (const act of state.acts) if (act.walk_in && !act.sent) people.takeWalkIn(act);
  people.takeActs(state.acts);
  fillPlaces();
};

// Ask for the whole list; false if there is no network, and true also if it did not change.
export const fetchList = async () => {
  try {
    if (!(await state.store.fetchSecret())) return false;
    const headers = state.list?.etag ? { "If-None-Match": state.list.etag } : {};
    const answer = await fetch(door.listAddress, { headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(20_000) });
    if (answer.status === 304) return true;
    if (isSignedOut(answer)) throw new SignedOut();
    if (!answer.ok) return false;
    await takeList({ ...(await answer.json()), etag: answer.headers.get("ETag") });
    state.queue.since = state.list.version;
    await keepList();
    return true;
  } catch (problem) {
    if (problem instanceof SignedOut) await signedOut();
    return false;
  }
};

// Whoever may not come in any more keeps no names; what they did stays to be sent after signing in again.
export const signedOut = async () => {
  state.isOut = true;
  await state.store.forgetList();
  state.list = null;
  people.take([], { all: true });
  forgetNames();
  camera.close();
  showScreen("desk");
  for (const id of ["desk", "nav"]) show(byId(id), false);
  byId("ready").textContent = "";
  showStrip();
  // What happened is taken a day longer than the list is shown.
  if (unsent()) state.queue.soon(0);
};
