// The desk: the strip on top, the counter and the people who were found.
import { now, showClock } from "./clock.js";
import { refused, showHistory, showRecent, showRefused } from "./history.js";
import { byId, element, say, show } from "./page.js";
import { chosen, chosenPlace, time } from "./places.js";
import { people, state, STATUSES, unsent } from "./state.js";

const COUNTER_SPOKEN_EVERY = 10_000;
const MOST_ROWS = 30;

let lastSpoken = 0;

// Whom this phone wrote in and the server does not know yet, without those who were taken back.
const writtenIn = () => people.all.filter((person) => person.isWalkInHere && people.standing(person, person.days[0]).here).length;

// How many places are left as far as this phone knows; null without a limit.
export const placesLeft = () => (state.list?.free == null ? null : Math.max(0, state.list.free - writtenIn()));

export const showStrip = () => {
  const count = unsent();
  const standing = state.isOut ? "signed out" : state.queue?.state === "online" && count ? "sending" : (state.queue?.state ?? "starting");
  const words = { online: "online", sending: "sending", offline: count ? "offline" : "offline_none", "signed out": count ? "signed_out" : "signed_out_none", starting: "starting" };
  byId("strip").dataset.state = standing;
  byId("strip").dataset.unsent = count;
  const refusals = refused().length;
  const text = say(words[standing], { count }) + (refusals ? ` · ${say("refused_count", { count: refusals })}` : "");
  byId("strip").dataset.refused = refusals;
  if (byId("strip-text").textContent !== text) byId("strip-text").textContent = text;
  show(byId("strip-link"), standing === "signed out");
  byId("close-state").textContent = count ? say("close_unsent", { count }) : say("close_all_sent");
};

export const walkIns = () => (state.list.walkIns ?? 0) + writtenIn();

export const showCounter = () => {
  if (!state.list) return;
  const { day, session } = chosen();
  const counted = people.count(day, session, now());
  const words = say("counter", { ...counted, walk_ins: walkIns() });
  byId("counter").textContent = words;
  const free = placesLeft();
  if (free === 0) show(byId("walk-in-pin-field"), true);
  byId("walk-in-places").textContent = free === null ? "" : free ? say("places_left", { count: free }) : say("places_none");
  if (Date.now() - lastSpoken > COUNTER_SPOKEN_EVERY && byId("polite").textContent !== words) {
    lastSpoken = Date.now();
    byId("polite").textContent = words;
  }
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

export const showFound = () => {
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

// Leave no name in the page, hidden or not.
export const forgetNames = () => {
  for (const id of ["people", "recent", "history-list", "refused-list", "result-name", "result-organisation", "result-note", "sign-heading", "spoken", "polite"]) byId(id).replaceChildren();
  byId("search").value = "";
  byId("walk-in-form").reset();
  for (const id of ["result", "sign"]) show(byId(id), false);
};

export const showAll = () => {
  showStrip();
  showClock();
  showRefused();
  showCounter();
  showFound();
  showRecent();
  if (!byId("history").hidden) showHistory();
};
