// What was done on this phone, and what of it can be undone or is to be mended.
import { showStrip } from "./desk.js";
import { byId, element, say, show } from "./page.js";
import { isOver, time } from "./places.js";
import { people, state } from "./state.js";

const nameOf = (act) => people.get(act.person)?.name ?? act.walk_in?.name ?? "";
export const canBeUndone = (act) =>
  act.what !== "undo" && act.person && !isOver(act.day) && (!act.sent || act.outcome === "counted") && !state.acts.some((other) => other.undoes === act.act);

// The server did not take whom this phone wrote in, and nobody has tried again.
const isToBeMended = (act) => act.sent && act.walk_in && act.outcome !== "counted" && !act.mended;

// Whom this phone let in and the server did not count, until somebody says that they saw it.
const LET_IN = ["already", "maybe_full"];
export const refused = () =>
  state.acts.filter(
    (act) => act.sent && act.outcome !== "counted" && act.what !== "undo" && (!act.verdict || LET_IN.includes(act.verdict)) && !act.seen && !act.mended,
  );

export const showRefused = () => {
  const acts = state.settings.kiosk ? [] : refused();
  const shown = acts.map((act) => act.act).join();
  show(byId("refused"), acts.length > 0);
  // Said anew only when it changed: it is an alert.
  if (byId("refused").dataset.acts === shown) return;
  byId("refused").dataset.acts = shown;
  byId("refused-heading").textContent = acts.length ? say("refused_later", { count: acts.length }) : "";
  byId("refused-list").replaceChildren(
    ...acts.map((act) => element("li", {}, element("strong", { dir: "auto" }, nameOf(act) || say("not_listed")), ` · ${time(act.at)} · ${act.words || say("kept")}`)),
  );
};

byId("refused-seen").addEventListener("click", async () => {
  const acts = refused();
  for (const act of acts) act.seen = true;
  await state.store.keepActs(acts);
  showRefused();
  showStrip();
  byId("desk").querySelector("h2").focus();
});

const actRow = (act) => {
  const undone = state.acts.some((other) => other.undoes === act.act);
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
      element("span", { className: "meta" }, `${time(act.at)} · ${say(act.verdict ?? what)} · ${outcome}`),
    ),
    canBeUndone(act) ? button("undo", { undo: act.act }) : null,
    isToBeMended(act) ? button("mend", { mend: act.act }) : null,
  );
};

export const showHistory = () => {
  byId("history-list").replaceChildren(...state.acts.toReversed().map(actRow));
  show(byId("history-empty"), !state.acts.length);
};

export const showRecent = () => {
  const lately = state.acts.filter((act) => act.what === "in" && isToBeMended(act) || (act.act !== state.current?.act?.act && act.verdict !== "already" && canBeUndone(act))).slice(-3).reverse();
  byId("recent").replaceChildren(...(state.settings.kiosk ? [] : lately.map(actRow)));
};
