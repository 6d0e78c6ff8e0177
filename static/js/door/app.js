// The door on a phone: who is scanned or found is checked in here at once; the server hears of it when it can.
import { Camera } from "./camera.js";
import { codeIn, hashOf, importPublicKey, isSigned } from "./codes.js";
import { isSame, People, placeOf } from "./people.js";
import { Queue, WALK_IN } from "./queue.js";
import { sense, wakeSound } from "./senses.js";
import { HEIGHT, SignatureField, WIDTH } from "./signature.js";
import { isSignedOut, SignedOut, Store } from "./store.js";

const door = JSON.parse(document.getElementById("door").textContent);
const byId = (id) => document.getElementById(id);
const say = (word, values = {}) =>
  (door.words[word] ?? word).replace(/\{(\w+)\}/g, (_all, name) => String(values[name] ?? ""));
const show = (element, isShown) => (element.hidden = !isShown);

const SAME_CODE_AGAIN = 5_000;
const EXPRESS_PAUSE = 1_200;
const COUNTER_SPOKEN_EVERY = 10_000;
const LIST_AGAIN = 4_000;
const MOST_ROWS = 30;
const STATUSES = ["waiting", "cancelled", "for_approval", "offered"];

let store;
let queue;
let list = null;
let publicKey = null;
let acts = [];
let order = 0;
let settings = {};
let signatureField;
let isTrial = false;
let isClosed = false;
let isOut = false;
let lastScan = { text: "", at: -Infinity };
let lastSpoken = 0;
let current = null;
let signing = null;
const people = new People(door.language);
const otherWindows = "BroadcastChannel" in globalThis ? new BroadcastChannel(door.database) : null;

// --- Days, times, places -----------------------------------------------------------------------------------------

const clock = new Intl.DateTimeFormat(door.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: door.zone });
const time = (instant) => clock.format(new Date(instant));
// The date where the event takes place, as 2027-05-20.
const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: door.zone }).format(new Date());
const dayInWords = (day) =>
  new Intl.DateTimeFormat(door.language === "en" ? "en-GB" : door.language, { weekday: "short", day: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${day}T12:00Z`));

const chosen = () => ({ day: byId("day").value, session: byId("session").value || null });
const chosenPlace = () => placeOf(byId("day").value, byId("session").value);

const fillPlaces = () => {
  const { days, sessions = [] } = list.event;
  const before = byId("day").value;
  byId("day").replaceChildren(...days.map((day) => new Option(dayInWords(day), day)));
  byId("day").value = days.includes(before) ? before : days.includes(today()) ? today() : (days.find((day) => day > today()) ?? days.at(-1) ?? "");
  show(byId("day-field"), days.length > 1);
  const session = byId("session").value;
  const ofDay = sessions.filter((one) => one.day === byId("day").value);
  byId("session").replaceChildren(new Option(say("whole_day"), ""), ...ofDay.map((one) => new Option(one.title, one.id)));
  byId("session").value = ofDay.some((one) => String(one.id) === session) ? session : "";
  show(byId("session-field"), ofDay.length > 0);
  show(byId("day-note"), byId("day").value !== today());
};

// --- What is shown -----------------------------------------------------------------------------------------------

// As the host wants it, unless this phone was told otherwise.
const isCareful = () => (settings.mode ?? list?.event.mode_of_door) === "careful";
const unsent = () => acts.filter((act) => !act.sent).length;

const showStrip = () => {
  const count = unsent();
  const state = isOut ? "signed out" : queue?.state === "online" && count ? "sending" : (queue?.state ?? "starting");
  const words = { online: "online", sending: "sending", offline: count ? "offline" : "offline_none", "signed out": count ? "signed_out" : "signed_out_none", starting: "starting" };
  byId("strip").dataset.state = state;
  byId("strip").dataset.unsent = count;
  if (byId("strip-text").textContent !== say(words[state], { count })) byId("strip-text").textContent = say(words[state], { count });
  show(byId("strip-link"), state === "signed out");
  byId("close-state").textContent = count ? say("close_unsent", { count }) : say("close_all_sent");
};

const walkIns = () => (list.walkIns ?? 0) + people.all.filter((person) => person.isWalkInHere).length;

const showCounter = () => {
  if (!list) return;
  const { day, session } = chosen();
  const counted = people.count(day, session, Date.now());
  const words = say("counter", { ...counted, walk_ins: walkIns() });
  byId("counter").textContent = words;
  const free = list.free == null ? null : Math.max(0, list.free - people.all.filter((person) => person.isWalkInHere).length);
  byId("walk-in-places").textContent = free === null ? "" : free ? say("places_left", { count: free }) : say("places_none");
  if (Date.now() - lastSpoken > COUNTER_SPOKEN_EVERY && byId("polite").textContent !== words) {
    lastSpoken = Date.now();
    byId("polite").textContent = words;
  }
};

const element = (name, properties = {}, ...children) => {
  const { dataset = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  Object.assign(made.dataset, dataset);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};

const row = (person) => {
  const { here, left } = people.standing(person, chosenPlace());
  const isExpected = people.isExpected(person, byId("day").value);
  const status = left ? say("left_at", { time: time(left) }) : here ? say("here_since", { time: time(here) }) : isExpected ? "" : say(STATUSES.includes(person.status) ? person.status : "other_day");
  const button = (word, what) => {
    const made = element("button", { type: "button", className: what === "in" ? "button" : "button button-second", dataset: { person: person.id, what } }, say(`${word}_short`));
    made.setAttribute("aria-label", say(word, { name: person.name }));
    return made;
  };
  return element(
    "li",
    {},
    element(
      "span",
      { className: "who" },
      element("strong", { dir: "auto" }, person.name),
      element("span", { className: "meta", dir: "auto" }, person.organisation ?? ""),
      status ? element("span", { className: `tag ${here && !left ? "tag-ok" : "tag-warn"}` }, status) : null,
    ),
    here && !left ? button("leaves", "out") : button("check_in", "in"),
  );
};

const showFound = () => {
  const typed = byId("search").value.trim();
  const found = typed ? people.matching(typed) : [];
  byId("people").replaceChildren(...found.slice(0, MOST_ROWS).map(row));
  byId("found").textContent = !typed
    ? ""
    : !found.length
      ? say("found_none")
      : found.length > MOST_ROWS
        ? say("found_more", { count: found.length, shown: MOST_ROWS })
        : say("found", { count: found.length });
};

const nameOf = (act) => people.get(act.person)?.name ?? act.walk_in?.name ?? "";
const canBeUndone = (act) =>
  act.what !== "undo" && act.person && (!act.sent || act.outcome === "counted") && !acts.some((other) => other.undoes === act.act);

// The server did not take whom this phone wrote in, and nobody has tried again.
const isToBeMended = (act) => act.sent && act.walk_in && act.outcome !== "counted" && !act.mended;

const actRow = (act) => {
  const undone = acts.some((other) => other.undoes === act.act);
  const what = { in: act.how === "signature" ? "signed" : "welcome", out: "left", undo: "undone" }[act.what];
  const outcome = undone ? say("undone") : !act.sent ? say("waits") : act.outcome === "counted" ? say("counted") : act.words || say("kept");
  const button = (word, data) => {
    const made = element("button", { type: "button", className: "button button-second", dataset: data }, say(`${word}_short`));
    if (word === "undo") made.setAttribute("aria-label", say("undo", { name: nameOf(act) }));
    return made;
  };
  return element(
    "li",
    { dataset: { act: act.act } },
    element(
      "span",
      { className: "who" },
      element("strong", { dir: "auto" }, nameOf(act) || say(act.verdict ?? "not_listed")),
      element("span", { className: "meta" }, `${time(act.at)} · ${say(act.verdict && act.verdict !== "already" ? act.verdict : what)} · ${outcome}`),
    ),
    canBeUndone(act) ? button("undo", { undo: act.act }) : null,
    isToBeMended(act) ? button("mend", { mend: act.act }) : null,
  );
};

const showHistory = () => {
  byId("history-list").replaceChildren(...acts.toReversed().map(actRow));
  show(byId("history-empty"), !acts.length);
};

const showRecent = () => {
  const lately = acts.filter((act) => act.what === "in" && isToBeMended(act) || (act.act !== current?.act?.act && canBeUndone(act))).slice(-3).reverse();
  byId("recent").replaceChildren(...(settings.kiosk ? [] : lately.map(actRow)));
};

const showAll = () => {
  showStrip();
  showCounter();
  showFound();
  showRecent();
  if (!byId("history").hidden) showHistory();
};

const KINDS = { welcome: "ok", left: "ok", signed: "ok", undone: "warn", already: "warn", not_listed: "error", replaced: "error", forged: "error", trial: "warn" };
const SHAPES = { ok: "✓", warn: "◎", error: "✕" };

// Show one result; `from` is when its code was read or its button pressed, on the clock of performance.now().
const showResult = (verdict, { person = null, what = "", act = null, from = null } = {}) => {
  const kind = KINDS[verdict] ?? "warn";
  const box = byId("result");
  current = { verdict, person, act };
  box.className = `door-result door-${kind}`;
  box.dataset.verdict = verdict;
  byId("result-shape").textContent = SHAPES[kind];
  byId("result-word").textContent = say(verdict);
  byId("result-name").textContent = person?.name ?? "";
  byId("result-organisation").textContent = person?.organisation ?? "";
  byId("result-note").textContent = settings.kiosk ? "" : (person?.note ?? "");
  show(byId("result-photos"), Boolean(person?.no_photos));
  byId("result-what").textContent = what;
  show(byId("result-undo"), Boolean(act) && act.what !== "undo" && ["welcome", "left", "signed"].includes(verdict) && !settings.kiosk);
  show(byId("result-left"), verdict === "already" && !settings.kiosk);
  show(byId("result-next"), isCareful() && camera.isOpen);
  show(box, true);
  box.scrollIntoView({ block: "nearest" });
  if (!settings.kiosk) byId("ready").textContent = "";
  // The same words twice are spoken twice only if they were taken away between.
  byId("spoken").textContent = "";
  requestAnimationFrame(() => {
    byId("spoken").textContent = [say(verdict), person?.name, what].filter(Boolean).join(". ");
    if (from !== null) box.dataset.took = Math.round(performance.now() - from);
  });
  sense(kind, settings.sound !== false);
};

// --- Acts --------------------------------------------------------------------------------------------------------

// Keep an act on the phone, then show it and let it be sent.
const keep = async (act) => {
  const whole = {
    act: crypto.randomUUID(),
    ...chosen(),
    at: new Date().toISOString(),
    order: (order = Math.max(order + 1, Date.now())),
    sent: false,
    ...act,
  };
  await store.keepActs([whole]);
  acts.push(whole);
  people.takeAct(whole);
  otherWindows?.postMessage("acts");
  queue.soon(250);
  return whole;
};

const verdictOf = (person) => {
  const { day } = chosen();
  if (STATUSES.includes(person.status)) return person.status;
  if (!people.isExpected(person, day)) return "other_day";
  const { here, left } = people.standing(person, chosenPlace());
  return here && !left ? "already" : "welcome";
};

const checkIn = async (person, how, { code = null, from = performance.now() } = {}) => {
  const verdict = verdictOf(person);
  const { here } = people.standing(person, chosenPlace());
  const what = verdict === "already" ? say("since", { time: time(here) }) : verdict === "welcome" ? "" : say(`${verdict}_what`);
  if (isTrial) return endTrial(verdict, person, from);
  const act = await keep({ what: "in", person: person.id, how, ...(code ? { code } : {}), ...(verdict === "welcome" ? {} : { verdict }) });
  showResult(verdict, { person, what, act, from });
  if (verdict === "welcome" && list.event.needs_signature && how !== "signature") askForSignature(person);
  showAll();
};

const leave = async (person, from = performance.now()) => {
  const act = await keep({ what: "out", person: person.id, how: "name_search" });
  showResult("left", { person, act, from });
  showAll();
};

// Ready for the next name, with the result still in sight.
const searchNext = () => {
  byId("search").focus({ preventScroll: true });
  byId("search").select();
  byId("result").scrollIntoView({ block: "nearest" });
};

const undo = async (id) => {
  const act = acts.find((one) => one.act === id);
  if (!act || !canBeUndone(act)) return;
  await keep({ what: "undo", undoes: act.act, person: act.person, day: act.day, session: act.session, how: act.how });
  showResult("undone", { person: people.get(act.person) ?? null });
  if (signing?.id === act.person) endSigning();
  showAll();
};

const endTrial = (verdict, person, from) => {
  isTrial = false;
  showResult("trial", { person, what: say(verdict), from });
};

// What a camera, a hand scanner, a picture or somebody's fingers gave.
const scanned = async (text, from = performance.now()) => {
  if (text === lastScan.text && from - lastScan.at < SAME_CODE_AGAIN) {
    lastScan.at = from;
    return false;
  }
  lastScan = { text, at: from };
  const code = codeIn(text);
  const hash = code && (await hashOf(code));
  const person = code ? people.get(people.byCode(hash)) : null;
  if (person) await checkIn(person, "scan", { code, from });
  else {
    const isOurs = code && publicKey && (await isSigned(code, publicKey));
    const verdict = !isOurs ? "forged" : list.replaced?.includes(hash) ? "replaced" : "not_listed";
    if (isTrial) endTrial(verdict, null, from);
    else {
      // A code that is none is nothing that the server could keep.
      const act = code ? await keep({ what: "in", code, how: "scan", verdict }) : null;
      showResult(verdict, { what: say(`${verdict}_what`), act, from });
      showAll();
    }
  }
  return true;
};

// --- What the server says ----------------------------------------------------------------------------------------

const takeAnswer = async (answer, answered) => {
  if (!list) return;
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
      known.here = { ...known.here, [place]: before && before < act.at ? before : act.at };
      known.left = { ...known.left, [place]: null };
    } else if (known && act.what === "out") known.left = { ...known.left, [place]: act.at };
    else if (known && act.what === "undo") {
      const undone = acts.find((one) => one.act === act.undoes);
      if (undone?.what === "in" && isSame(known.here[place], undone.at)) known.here = { ...known.here, [place]: null };
      if (undone?.what === "out") known.left = { ...known.left, [place]: null };
    }
  }
  for (const act of answered) {
    const mine = acts.find((one) => one.act === act.act);
    if (act.walk_in && act.outcome !== "counted" && mine) people.drop(mine.person);
  }
  if (answer.changes?.length) people.take(answer.changes);
  takeCounter(answer.counter);
  if (answer.version) list.version = answer.version;
  await keepList();
};

const takeCounter = (counter) => {
  list.walkIns = counter?.walk_ins ?? list.walkIns ?? 0;
  list.free = counter ? counter.free : list.free;
};

const keepList = async () => {
  list.people = people.all.filter((person) => !person.isWalkInHere).map(({ folded: _folded, ...person }) => person);
  await store.keepList(list);
};

const afterSending = (answered) => {
  for (const act of answered ?? []) {
    const index = acts.findIndex((one) => one.act === act.act);
    if (index >= 0) acts[index] = act;
    people.takeAct(act);
    if (current?.act?.act !== act.act) continue;
    // The server may know better: a code that was replaced, or somebody who registered, after this list was made.
    const person = people.get(act.person) ?? current.person;
    if (act.outcome !== "counted" && ["welcome", "kept"].includes(current.verdict)) showResult("kept", { person, what: act.words });
    if (act.outcome === "counted" && ["not_listed", "other_day", ...STATUSES].includes(current.verdict)) {
      delete act.verdict;
      showResult("welcome", { person, act });
    }
  }
  otherWindows?.postMessage("acts");
  showAll();
};

const takeList = async (fresh) => {
  list = { walkIns: list?.walkIns, free: list?.free, ...fresh };
  takeCounter(fresh.counter);
  publicKey = list.public_key ? await importPublicKey(list.public_key) : null;
  people.take(list.people, { all: true });
  for (const act of acts) if (act.walk_in && !act.sent) people.takeWalkIn(act);
  people.takeActs(acts);
  fillPlaces();
};

// Ask for the whole list; false if there is no network, and true also if it did not change.
const fetchList = async () => {
  try {
    if (!(await store.fetchSecret())) return false;
    const headers = list?.etag ? { "If-None-Match": list.etag } : {};
    const answer = await fetch(door.listAddress, { headers, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(20_000) });
    if (answer.status === 304) return true;
    if (isSignedOut(answer)) throw new SignedOut();
    if (!answer.ok) return false;
    await takeList({ ...(await answer.json()), etag: answer.headers.get("ETag") });
    queue.since = list.version;
    await keepList();
    return true;
  } catch (problem) {
    if (problem instanceof SignedOut) await signedOut();
    return false;
  }
};

// Whoever may not come in any more keeps no names; what they did stays to be sent after signing in again.
const signedOut = async () => {
  isOut = true;
  await store.forgetList();
  list = null;
  people.take([], { all: true });
  camera.close();
  showScreen("desk");
  for (const id of ["desk", "nav"]) show(byId(id), false);
  byId("ready").textContent = "";
  showStrip();
  // What happened is taken a day longer than the list is shown.
  if (unsent()) queue.soon(0);
};

// --- Screens -----------------------------------------------------------------------------------------------------

const SCREENS = ["desk", "walk-in", "history", "settings", "closed"];

const showScreen = (name, { focus = true } = {}) => {
  if (settings.kiosk && name !== "desk") return;
  for (const screen of SCREENS) show(byId(screen), screen === name);
  for (const button of document.querySelectorAll("#nav button")) {
    if (button.dataset.screen === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  if (name !== "desk") closeCamera();
  if (name === "history") showHistory();
  if (focus) byId(name).querySelector("h2").focus();
};

const closeCamera = () => {
  camera.close();
  for (const id of ["video", "camera-close", "camera-next", "camera-torch"]) show(byId(id), false);
  show(byId("camera-open"), true);
};

const camera = new Camera(byId("video"), door.decoder, async (text, from) => {
  if (!(await scanned(text, from))) return;
  camera.pause();
  // A signature, or a careful helper, goes on with a tap.
  if (!isCareful() && !signing) setTimeout(() => camera.goOn(), EXPRESS_PAUSE);
});

const openCamera = async (open = () => camera.open()) => {
  byId("camera-error").textContent = "";
  show(byId("video"), true);
  try {
    await open();
    show(byId("camera-open"), false);
    show(byId("camera-close"), true);
    show(byId("camera-torch"), camera.hasTorch);
    show(byId("camera-next"), (await camera.cameras()).length > 1);
    byId("camera-close").focus();
  } catch (problem) {
    closeCamera();
    const words = { NotAllowedError: "camera_refused", NotFoundError: "camera_missing", TypeError: "camera_missing" };
    byId("camera-error").textContent = say(words[problem.name] ?? "camera_failed");
  }
};

// --- Signing -----------------------------------------------------------------------------------------------------

const askForSignature = (person) => {
  signing = person;
  byId("sign-heading").textContent = say("sign_for", { name: person.name });
  byId("sign-name").value = "";
  byId("sign-present").checked = false;
  byId("sign-error").textContent = "";
  signatureField.clear();
  show(byId("sign"), true);
  byId("sign-heading").focus();
};

const endSigning = () => {
  signing = null;
  show(byId("sign"), false);
  if (!isCareful()) camera.goOn();
};

byId("sign").addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = byId("sign-name").value.trim();
  const hasTyped = typed && byId("sign-present").checked;
  if (signatureField.isEmpty && !hasTyped) {
    byId("sign-error").textContent = say("sign_missing");
    return;
  }
  const signature = signatureField.isEmpty
    ? { name: typed, present: true }
    : { path: signatureField.path, width: WIDTH, height: HEIGHT };
  const person = signing;
  const act = await keep({ what: "in", person: person.id, how: "signature", signature });
  endSigning();
  showResult("signed", { person, act });
  showAll();
});
byId("sign-skip").addEventListener("click", endSigning);
byId("sign-clear").addEventListener("click", () => signatureField.clear());

// --- Writing somebody in -----------------------------------------------------------------------------------------

const walkInField = (name) => byId(`walk-in-${name}`);
let mending = null;

const walkInProblems = () => {
  const problems = [];
  if (!walkInField("name").value.trim()) problems.push(["name", "name_missing"]);
  if (!walkInField("organisation").value.trim()) problems.push(["organisation", "organisation_missing"]);
  if (!walkInField("country").value) problems.push(["country", "country_missing"]);
  if (!walkInField("email").checkValidity()) problems.push(["email", "email_wrong"]);
  if (!walkInField("told").checked) problems.push(["told", "told_missing"]);
  return problems;
};

byId("walk-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const problems = walkInProblems();
  for (const field of byId("walk-in-form").querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const [name] of problems) walkInField(name).setAttribute("aria-invalid", "true");
  byId("walk-in-errors").querySelector("ul").replaceChildren(
    ...problems.map(([name, words]) => element("li", {}, element("a", { href: `#walk-in-${name}` }, say(words)))),
  );
  show(byId("walk-in-errors"), problems.length > 0);
  if (problems.length) {
    byId("walk-in-errors").focus();
    return;
  }
  const from = performance.now();
  const pin = walkInField("pin").value.trim();
  const id = crypto.randomUUID();
  const act = await keep({
    act: id,
    what: "in",
    person: WALK_IN + id,
    how: "walk_in",
    walk_in: {
      name: walkInField("name").value.trim(),
      organisation: walkInField("organisation").value.trim(),
      country: walkInField("country").value,
      email: walkInField("email").value.trim(),
      told: true,
      ...(pin ? { over_limit_pin: pin } : {}),
    },
  });
  if (mending) {
    const before = acts.find((one) => one.act === mending);
    if (before) {
      before.mended = true;
      await store.keepActs([before]);
    }
    mending = null;
  }
  people.takeWalkIn(act);
  byId("walk-in-form").reset();
  show(byId("walk-in-pin-field"), false);
  showScreen("desk", { focus: false });
  showResult("welcome", { person: people.get(act.person), act, from });
  showAll();
  searchNext();
});

// What the server did not take, typed again as far as it is known.
const mend = (id) => {
  const act = acts.find((one) => one.act === id);
  mending = id;
  for (const name of ["name", "organisation", "country", "email"]) walkInField(name).value = act.walk_in[name] ?? "";
  walkInField("told").checked = true;
  show(byId("walk-in-pin-field"), true);
  showScreen("walk-in");
};

// --- Kiosk -------------------------------------------------------------------------------------------------------

const showKiosk = () => {
  document.body.classList.toggle("door-kiosk", Boolean(settings.kiosk));
  for (const id of ["names", "nav", "places", "counter-line"]) show(byId(id), !settings.kiosk);
  show(byId("kiosk-leave"), Boolean(settings.kiosk));
  if (settings.kiosk) {
    byId("search").value = "";
    byId("ready").textContent = say("kiosk_full");
    showScreen("desk");
  }
};

byId("kiosk-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const digits = byId("kiosk-digits").value;
  byId("kiosk-error").textContent = /^\d{4}$/.test(digits) ? "" : say("digits_missing");
  if (byId("kiosk-error").textContent) return;
  byId("kiosk-digits").value = "";
  const kiosk = await hashOf(`${door.database} ${digits}`);
  showScreen("desk");
  await change({ kiosk });
  show(byId("result"), false);
  showKiosk();
  showAll();
});

byId("kiosk-leave").addEventListener("submit", async (event) => {
  event.preventDefault();
  const digits = byId("kiosk-out").value;
  byId("kiosk-out").value = "";
  if ((await hashOf(`${door.database} ${digits}`)) !== settings.kiosk) {
    byId("kiosk-out-error").textContent = say("digits_wrong");
    return;
  }
  byId("kiosk-out-error").textContent = "";
  byId("ready").textContent = "";
  await change({ kiosk: null });
  showKiosk();
  showAll();
});

// --- Settings and closing ----------------------------------------------------------------------------------------

const change = async (changes) => {
  settings = { ...settings, ...changes };
  await store.keepSettings(settings);
};

const fillSettings = () => {
  byId("device").value = settings.device;
  byId(isCareful() ? "mode-careful" : "mode-express").checked = true;
  byId("sound").checked = settings.sound;
  byId("shortcuts").checked = settings.shortcuts;
};

byId("settings-form").addEventListener("change", () =>
  change({
    device: byId("device").value.trim() || settings.device,
    mode: byId("mode-careful").checked ? "careful" : "express",
    sound: byId("sound").checked,
    shortcuts: byId("shortcuts").checked,
  }),
);
byId("settings-form").addEventListener("submit", (event) => event.preventDefault());

byId("trial").addEventListener("click", () => {
  isTrial = true;
  lastScan = { text: "", at: -Infinity };
  showScreen("desk");
  byId("ready").textContent = say("trial_ready");
  openCamera();
});

byId("close").addEventListener("click", async () => {
  byId("close").disabled = true;
  await queue.send();
  byId("close").disabled = false;
  showStrip();
  const count = unsent();
  if (count) {
    byId("close-state").focus();
    return;
  }
  const checkedIn = acts.filter((act) => act.what === "in" && act.outcome === "counted" && act.how !== "signature").length;
  isClosed = true;
  clearTimeout(queue.timer);
  closeCamera();
  try {
    await caches.delete("door pages");
    await fetch(door.closeAddress, { method: "POST", headers: { "X-CSRFToken": csrf() }, redirect: "manual" });
  } catch {
    // The list goes from this phone all the same; the server ends the sign-in with the event's day.
  }
  await store.wipe();
  otherWindows?.postMessage("closed");
  byId("closed-text").textContent = say("closed", { count: checkedIn });
  show(byId("nav"), false);
  byId("ready").textContent = "";
  showScreen("closed");
  show(byId("strip"), false);
});

const csrf = () => document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="))?.slice(10) ?? "";

// --- Hands -------------------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  wakeSound();
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.dataset.screen) showScreen(button.dataset.screen);
  else if (button.dataset.undo) undo(button.dataset.undo);
  else if (button.dataset.mend) mend(button.dataset.mend);
  else if (button.dataset.person) {
    const person = people.get(button.dataset.person);
    const from = performance.now();
    if (button.dataset.what === "out") leave(person, from);
    else checkIn(person, "name_search", { from }).then(() => {
      // The row that was pressed is another one now: whoever searches next begins where they were.
      if (!signing) searchNext();
    });
  }
});
byId("result-undo").addEventListener("click", () => undo(current.act.act));
byId("result-left").addEventListener("click", () => leave(current.person));
byId("result-next").addEventListener("click", () => {
  show(byId("result-next"), false);
  camera.goOn();
  byId("camera-close").focus();
});

byId("camera-open").addEventListener("click", () => openCamera());
byId("camera-close").addEventListener("click", () => {
  closeCamera();
  byId("camera-open").focus();
});
byId("camera-next").addEventListener("click", () => openCamera(() => camera.next()));
byId("camera-torch").addEventListener("click", async () => {
  const isOn = byId("camera-torch").getAttribute("aria-pressed") !== "true";
  await camera.turnTorch(isOn);
  byId("camera-torch").setAttribute("aria-pressed", String(isOn));
});
byId("picture").addEventListener("change", async () => {
  const [file] = byId("picture").files;
  if (!file) return;
  byId("camera-error").textContent = "";
  const text = await camera.readFile(file).catch(() => "");
  byId("picture").value = "";
  if (text) await scanned(text);
  else byId("camera-error").textContent = say("no_code");
});

byId("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("code").value.trim();
  byId("code").value = "";
  if (text) scanned(text);
});
byId("search").addEventListener("input", showFound);
byId("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("search").value.trim();
  if (codeIn(text)) {
    byId("search").value = "";
    showFound();
    scanned(text);
  } else byId("people").querySelector("button")?.focus();
});
for (const id of ["day", "session"]) {
  byId(id).addEventListener("change", () => {
    fillPlaces();
    showAll();
  });
}

// A hand scanner types like a keyboard, only faster, and ends with Enter: it needs no field to type into.
let typed = "";
let typedAt = 0;
document.addEventListener("keydown", (event) => {
  const isInField = event.target.matches?.("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || isInField || !list) return;
  const now = performance.now();
  if (now - typedAt > 80) typed = "";
  typedAt = now;
  if (event.key === "Enter" && codeIn(typed)) {
    event.preventDefault();
    scanned(typed);
    typed = "";
  } else if (event.key.length === 1) {
    typed += event.key;
    if (typed.length > 1 || !settings.shortcuts || settings.kiosk) return;
    if (event.key === "/") {
      event.preventDefault();
      showScreen("desk", { focus: false });
      byId("search").focus();
    } else if (event.key === "?") showScreen("settings");
  }
});

addEventListener("beforeunload", (event) => {
  if (unsent() && !isClosed) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") closeCamera();
  else queue?.soon(0);
});
if (otherWindows) {
  otherWindows.onmessage = async ({ data }) => {
    if (data === "closed") location.reload();
    else if (!isClosed) {
      acts = await store.acts();
      people.takeActs(acts);
      showAll();
    }
  };
}
setInterval(async () => {
  showCounter();
  if (list && !isClosed && (await store.isToBeForgotten())) await signedOut();
}, 15_000);

// --- Starting ----------------------------------------------------------------------------------------------------

const trouble = (word) => {
  byId("trouble-text").textContent = say(word);
  show(byId("trouble"), true);
};

// The page and its files, kept for the time without network; false where the browser does not do that.
const keepPage = async () => {
  try {
    await navigator.serviceWorker.register(door.worker, { scope: door.scope });
    await navigator.serviceWorker.ready;
    const pages = await caches.open("door pages");
    if (!(await pages.match(location.pathname))) await pages.add(location.pathname);
    return true;
  } catch {
    return false;
  }
};

const start = async () => {
  if (!globalThis.isSecureContext || !crypto.subtle) return trouble("no_crypto");
  try {
    store = await Store.open(door);
  } catch {
    return trouble("no_storage");
  }
  if (await store.isToBeForgotten()) await store.forgetList();
  settings = { device: crypto.randomUUID().slice(0, 4), sound: true, shortcuts: true, ...(await store.settings()) };
  await store.keepSettings(settings);
  signatureField = new SignatureField(byId("sign-canvas"));
  acts = await store.acts();
  order = acts.at(-1)?.order ?? 0;
  const kept = await store.list();
  queue = new Queue(store, {
    actsAddress: door.actsAddress,
    device: () => settings.device,
    since: kept?.version,
    take: takeAnswer,
    changed: (answered) => (queue.state === "signed out" && list ? signedOut() : afterSending(answered)),
  });
  if (kept) await takeList(kept);
  const open = () => {
    for (const id of ["desk", "nav"]) show(byId(id), true);
    fillSettings();
    showKiosk();
    showAll();
    document.body.dataset.ready = "true";
  };
  if (kept) open();
  let isFresh = await fetchList();
  while (!list && !isOut) {
    trouble(acts.length ? "key_gone" : "no_list");
    await new Promise((resolve) => setTimeout(resolve, LIST_AGAIN));
    isFresh = await fetchList();
  }
  if (list) {
    show(byId("trouble"), false);
    open();
    queue.soon(0);
  }
  showStrip();
  navigator.storage?.persist?.();
  const isKept = await keepPage();
  if (list && !settings.kiosk && (isFresh || kept)) byId("ready").textContent = say(isKept ? "ready" : "ready_online", { count: people.size });
  document.body.dataset.kept = String(isKept);
};

start();
