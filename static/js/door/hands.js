// What hands do: buttons, fields, keys and hand scanners, other windows.
import { checkIn, leave, scanned, searchNext, undo } from "./acts.js";
import { codeIn, numberIn } from "./codes.js";
import { showAll, showCounter, showFound } from "./desk.js";
import { signedOut } from "./list.js";
import { byId, say, show } from "./page.js";
import { fillPlaces } from "./places.js";
import { camera, closeCamera, openCamera } from "./scanning.js";
import { showScreen } from "./screens.js";
import { wakeSound } from "./senses.js";
import { otherWindows, people, state, unsent } from "./state.js";
import { mend } from "./walk_ins.js";

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
byId("search").addEventListener("input", showFound);
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
    fillPlaces();
    showAll();
  });
}

const isNumberHere = (text) => {
  const number = numberIn(text);
  return Boolean(number) && (Boolean(people.byNumber(number)) || Boolean(state.list?.replaced_numbers?.includes(number)) || !people.matching(text).length);
};

// A hand scanner types like a keyboard, only faster, and ends with Enter: it needs no field to type into.
let typed = "";
let typedAt = 0;
document.addEventListener("keydown", (event) => {
  const isInField = event.target.matches?.("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || isInField || !state.list) return;
  wakeSound();
  // When the key was pressed, not when a busy phone came to it.
  const now = event.timeStamp;
  if (now - typedAt > 80) typed = "";
  typedAt = now;
  if (event.key === "Enter" && (codeIn(typed) || numberIn(typed))) {
    event.preventDefault();
    scanned(typed);
    typed = "";
  } else if (event.key.length === 1) {
    typed += event.key;
    if (typed.length > 1 || !state.settings.shortcuts || state.settings.kiosk) return;
    if (event.key === "/") {
      event.preventDefault();
      showScreen("desk", { focus: false });
      byId("search").focus();
    } else if (event.key === "?") showScreen("settings");
  }
});

addEventListener("beforeunload", (event) => {
  if (unsent() && !state.isClosed) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") closeCamera();
  else state.queue?.soon(0);
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
setInterval(async () => {
  showCounter();
  if (state.list && !state.isClosed && (await state.store.isToBeForgotten())) await signedOut();
}, 15_000);
