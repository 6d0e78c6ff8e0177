// The result of one act, full width: its word, its shape, its sound.
import { byId, say, show } from "./page.js";
import { camera } from "./scanning.js";
import { sense } from "./senses.js";
import { state, waitsForTap } from "./state.js";

const KINDS = { welcome: "ok", left: "ok", signed: "ok", undone: "warn", already: "warn", not_listed: "error", replaced: "error", refused: "error", forged: "error", trial: "warn" };
// Where people scan by themselves, nobody reads the name of whoever came before.
const KIOSK_SHOWS = 5_000;
let forgetting = 0;
const SHAPES = { ok: "✓", warn: "◎", error: "✕" };

// Show one result; `from` is when its code was read or its button pressed, on the clock of performance.now().
export const showResult = (verdict, { person = null, what = "", act = null, from = null } = {}) => {
  const kind = KINDS[verdict] ?? "warn";
  const box = byId("result");
  state.current = { verdict, person, act };
  box.className = `door-result door-${kind}`;
  box.dataset.verdict = verdict;
  byId("result-shape").textContent = SHAPES[kind];
  byId("result-word").textContent = say(verdict);
  byId("result-name").textContent = person?.name ?? "";
  byId("result-organisation").textContent = person?.organisation ?? "";
  byId("result-note").textContent = state.settings.kiosk ? "" : (person?.note ?? "");
  show(byId("result-photos"), Boolean(person?.no_photos));
  byId("result-what").textContent = what;
  show(byId("result-undo"), Boolean(act) && act.what !== "undo" && ["welcome", "maybe_full", "left", "signed"].includes(verdict) && !state.settings.kiosk);
  show(byId("result-left"), verdict === "already" && !state.settings.kiosk);
  show(byId("result-next"), waitsForTap() && camera.isOpen);
  show(box, true);
  box.scrollIntoView({ block: "nearest" });
  if (!state.settings.kiosk) byId("ready").textContent = "";
  // The same words twice are spoken twice only if they were taken away between.
  byId("spoken").textContent = "";
  requestAnimationFrame(() => {
    byId("spoken").textContent = [say(verdict), person?.name, what].filter(Boolean).join(". ");
    if (from !== null) box.dataset.took = Math.round(performance.now() - from);
  });
  clearTimeout(forgetting);
  if (state.settings.kiosk) {
    forgetting = setTimeout(() => {
      show(box, false);
      byId("spoken").textContent = "";
    }, KIOSK_SHOWS);
  }
  sense(kind, state.settings.sound !== false);
};
