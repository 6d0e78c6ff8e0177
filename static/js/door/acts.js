// Acts: who is scanned or found is checked in here at once, and the act is kept before anything else.
import { now } from "./clock.js";
import { codeIn, hashOf, isSigned, numberIn } from "./codes.js";
import { showAll } from "./desk.js";
import { canBeUndone } from "./history.js";
import { byId, say } from "./page.js";
import { isSame } from "./people.js";
import { chosen, chosenPlace, isNotBegun, isOver, time } from "./places.js";
import { showResult } from "./result.js";
import { showScreen } from "./screens.js";
import { askForSignature, endSigning } from "./signing.js";
import { otherWindows, people, state, STATUSES } from "./state.js";

const SAME_CODE_AGAIN = 5_000;

// Keep an act on the phone, then show it and let it be sent.
export const keep = async (act) => {
  const whole = {
    act: crypto.randomUUID(),
    ...chosen(),
    at: new Date(now()).toISOString(),
    order: (state.order = Math.max(state.order + 1, Date.now())),
    sent: false,
    ...act,
  };
  await state.store.keepActs([whole]);
  state.acts.push(whole);
  people.takeAct(whole);
  otherWindows?.postMessage("acts");
  state.queue.soon(250);
  return whole;
};

const verdictOf = (person) => {
  const { day } = chosen();
  if (isOver(day)) return "day_over";
  if (isNotBegun(day)) return "day_not_begun";
  if (STATUSES.includes(person.status)) return person.status;
  if (!people.isExpected(person, day)) return "other_day";
  const { here, left } = people.standing(person, chosenPlace());
  return here && !left ? "already" : "welcome";
};

// Where somebody came in: as the server said, or here.
const deskOf = (person, here) => {
  const place = chosenPlace();
  if (isSame(here, person.here[place])) return person.desk?.[place] ?? "";
  return state.settings.desk ?? state.settings.device ?? "";
};

export const checkIn = async (person, how, { code = null, from = performance.now() } = {}) => {
  const verdict = verdictOf(person);
  const { here } = people.standing(person, chosenPlace());
  const desk = deskOf(person, here);
  const what = verdict === "already" ? say(desk ? "since_at" : "since", { time: time(here), desk }) : verdict === "welcome" ? "" : say(`${verdict}_what`);
  if (state.isTrial) return showTrial(verdict, person, from);
  const act = await keep({ what: "in", person: person.id, how, ...(code ? { code } : {}), ...(verdict === "welcome" ? {} : { verdict }) });
  showResult(verdict, { person, what, act, from });
  if (verdict === "welcome" && state.list.event.needs_signature && how !== "signature") askForSignature(person);
  showAll();
};

export const leave = async (person, from = performance.now()) => {
  if (isOver(chosen().day)) return showResult("day_over", { person, what: say("day_over_what"), from });
  const act = await keep({ what: "out", person: person.id, how: "name_search" });
  showResult("left", { person, act, from });
  showAll();
};

// Ready for the next name, with the result still in sight.
export const searchNext = () => {
  byId("search").focus({ preventScroll: true });
  byId("search").select();
  byId("result").scrollIntoView({ block: "nearest" });
};

export const undo = async (id) => {
  const act = state.acts.find((one) => one.act === id);
  if (!act || !canBeUndone(act)) return;
  await keep({ what: "undo", undoes: act.act, person: act.person, day: act.day, session: act.session, how: act.how });
  showResult("undone", { person: people.get(act.person) ?? null });
  if (state.signing?.id === act.person) endSigning();
  showAll();
};

const showTrial = (verdict, person, from) => {
  state.isTrial = false;
  showResult("trial", { person, what: say(verdict), from });
};

// What a camera, a hand scanner, a picture or somebody's fingers gave.
export const scanned = async (text, from = performance.now()) => {
  if (text === state.lastScan.text && from - state.lastScan.at < SAME_CODE_AGAIN) {
    state.lastScan.at = from;
    return false;
  }
  state.lastScan = { text, at: from };
  // A hand scanner works wherever the helper is; what it found is on this screen.
  if (byId("desk").hidden) showScreen("desk", { focus: false });
  const number = numberIn(text);
  const code = number ? "" : codeIn(text);
  const hash = code && (await hashOf(code));
  const person = code ? people.get(people.byCode(hash)) : people.byNumber(number);
  if (person) await checkIn(person, "scan", { code: code || number, from });
  else {
    const isOurs = number || (code && state.publicKey && (await isSigned(code, state.publicKey)));
    const isReplaced = state.list.replaced?.includes(hash) || state.list.replaced_numbers?.includes(number);
    const verdict = !isOurs ? "forged" : isReplaced ? "replaced" : "not_listed";
    if (state.isTrial) showTrial(verdict, null, from);
    else {
      // A code that is none is nothing that the server could keep.
      const act = code || number ? await keep({ what: "in", code: code || number, how: "scan", verdict }) : null;
      showResult(verdict, { what: say(`${verdict}_what`), act, from });
      showAll();
    }
  }
  return true;
};
