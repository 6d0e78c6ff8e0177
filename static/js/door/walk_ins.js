// Writing in somebody who is not on the list.
import { keep, searchNext } from "./acts.js";
import { placesLeft, showAll } from "./desk.js";
import { byId, element, say, show } from "./page.js";
import { chosen, isNotBegun, isOver } from "./places.js";
import { WALK_IN } from "./queue.js";
import { showResult } from "./result.js";
import { showScreen } from "./screens.js";
import { people, state } from "./state.js";

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
  const wrongDay = isOver(chosen().day) ? "day_over" : isNotBegun(chosen().day) ? "day_not_begun" : "";
  if (wrongDay) {
    showScreen("desk", { focus: false });
    return showResult(wrongDay, { what: say(`${wrongDay}_what`), from });
  }
  const pin = walkInField("pin").value.trim();
  const id = crypto.randomUUID();
  const verdict = placesLeft() === 0 && !pin ? "maybe_full" : "welcome";
  const act = await keep({
    act: id,
    what: "in",
    person: WALK_IN + id,
    how: "walk_in",
    ...(verdict === "welcome" ? {} : { verdict }),
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
    const before = state.acts.find((one) => one.act === mending);
    if (before) {
      before.mended = true;
      await state.store.keepActs([before]);
    }
    mending = null;
  }
  people.takeWalkIn(act);
  byId("walk-in-form").reset();
  show(byId("walk-in-pin-field"), false);
  showScreen("desk", { focus: false });
  showResult(verdict, { person: people.get(act.person), what: verdict === "welcome" ? "" : say("maybe_full_what"), act, from });
  showAll();
  searchNext();
});

// What the server did not take, typed again as far as it is known.
export const mend = (id) => {
  const act = state.acts.find((one) => one.act === id);
  mending = id;
  for (const name of ["name", "organisation", "country", "email"]) walkInField(name).value = act.walk_in[name] ?? "";
  walkInField("told").checked = true;
  show(byId("walk-in-pin-field"), true);
  showScreen("walk-in");
};
