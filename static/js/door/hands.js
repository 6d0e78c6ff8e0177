// What hands do: buttons, fields, keys and hand scanners, other windows.
import { checkIn, leave, scanned, searchNext, undo } from "./acts.js";
import { codeIn, numberIn } from "./codes.js";
import { showAll, showCounter, showFound } from "./desk.js";
import { signedOut } from "./list.js";
import { byId, say, show } from "./page.js";
import { fillPlaces, isNewDay, lookBack } from "./places.js";
import { camera, closeCamera, endTrial, openCamera } from "./scanning.js";
import { showScreen } from "./screens.js";
import { wakeSound } from "./senses.js";
import { otherWindows, people, state, unsent } from "./state.js";
import { mend } from "./walk_ins.js";

// A double tap is one: after the first, a button that takes it back may lie under the finger. Keys have no second one.
const DOUBLE_TAP = 350;
const ACTS = "[data-person], [data-undo], #result-undo, #result-left";
let actedAt = -Infinity;
document.addEventListener(
  "click",
  (event) => {
    if (!event.detail || !event.target.closest?.(`${ACTS}, #walk-in-form .button`)) return;
    if (event.target.closest(ACTS) && event.timeStamp - actedAt < DOUBLE_TAP) event.stopImmediatePropagation();
    else actedAt = event.timeStamp;
  },
  { capture: true },
);
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
      if (!state.signing) searchNext();
    });
  }
});
byId("result-undo").addEventListener("click", () => undo(state.current.act.act));
byId("result-left").addEventListener("click", () => leave(state.current.person));
byId("result-next").addEventListener("click", () => {
  show(byId("result-next"), false);
  camera.goOn();
  byId("camera-close").focus();
});

byId("camera-open").addEventListener("click", () => openCamera());
byId("camera-close").addEventListener("click", () => {
  closeCamera();
  endTrial();
  byId("camera-open").focus();
});
byId("camera-next").addEventListener("click", () => openCamera(() => camera.next()));
byId("camera-torch").addEventListener("click", async () => {
  const isOn = byId("camera-torch").getAttribute("aria-pressed") !== "true";
  try {
    await camera.turnTorch(isOn);
    byId("camera-torch").setAttribute("aria-pressed", String(isOn));
  } catch {
    // A camera that says it has a light, and has none that can be switched.
    show(byId("camera-torch"), false);
  }
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
byId("search").addEventListener("input", () => {
  showFound();
  // On a small phone the keyboard and what is above leave no room for those who were found.
  const found = byId("people").firstElementChild?.getBoundingClientRect();
  const room = (globalThis.visualViewport?.height ?? innerHeight) - byId("nav").offsetHeight;
  if (found && found.bottom > room) byId("search-form").scrollIntoView({ block: "start" });
});
byId("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("search").value.trim();
  // A name of eight letters may look like a number; then it is nobody's here.
  if (codeIn(text) || isNumberHere(text)) {
    byId("search").value = "";
    showFound();
    scanned(text);
  } else byId("people").querySelector("button")?.focus();
});
for (const id of ["day", "session"]) {
  byId(id).addEventListener("change", () => {
    lookBack();
    fillPlaces();
    showAll();
  });
}

const isNumberHere = (text) => {
  const number = numberIn(text);
  return Boolean(number) && (Boolean(people.byNumber(number)) || Boolean(state.list?.replaced_numbers?.includes(number)) || !people.matching(text).length);
};

// A hand scanner types like a keyboard, only faster, and ends with Enter: it needs no field to type into. A list to choose
// from takes its first letter for a choice, which is taken back.
const TYPED_INTO = "textarea, input:not([type=checkbox], [type=radio], [type=file])";
const SCANNED_WITHIN = 80;
const HANDS_REST = 1_000;
let typed = "";
let typedAt = 0;
let chosenBefore = null;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.(TYPED_INTO) || !state.list) return;
  wakeSound();
  // When the key was pressed, not when a busy phone came to it.
  const now = event.timeStamp;
  // A busy phone may part what a scanner types.
  const list = event.target.closest?.("select") ?? null;
  if (now - typedAt > HANDS_REST || chosenBefore?.list !== list) chosenBefore = list && { list, value: list.value };
  if (now - typedAt > SCANNED_WITHIN) typed = "";
  typedAt = now;
  if (event.key === "Enter" && (codeIn(typed) || numberIn(typed))) {
    event.preventDefault();
    chooseAgain();
    scanned(typed);
    typed = "";
  } else if (event.key.length === 1) {
    if (typed && list) event.preventDefault();
    typed += event.key;
    if (list || typed.length > 1 || !state.settings.shortcuts || state.settings.kiosk) return;
    if (event.key === "/") {
      event.preventDefault();
      showScreen("desk", { focus: false });
      byId("search").focus();
    } else if (event.key === "?") showScreen("settings");
  }
});

const chooseAgain = () => {
  const { list, value } = chosenBefore ?? {};
  if (!list || list.value === value) return;
  list.value = value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
};

addEventListener("beforeunload", (event) => {
  if (unsent() && !state.isClosed) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") closeCamera();
  else {
    followClock();
    state.queue?.soon(0);
  }
});
if (otherWindows) {
  otherWindows.onmessage = async ({ data }) => {
    if (data === "closed") location.reload();
    else if (!state.isClosed) {
      state.acts = await state.store.acts();
      people.takeActs(state.acts);
      showAll();
    }
  };
}
const followClock = () => {
  if (!isNewDay()) return showCounter();
  fillPlaces();
  showAll();
};
setInterval(async () => {
  followClock();
  if (state.list && !state.isClosed && (await state.store.isToBeForgotten())) await signedOut();
}, 15_000);
