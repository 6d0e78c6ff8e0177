// A signature on the screen, drawn or typed.
import { keep } from "./acts.js";
import { showAll } from "./desk.js";
import { byId, say, show } from "./page.js";
import { showResult } from "./result.js";
import { camera } from "./scanning.js";
import { HEIGHT, WIDTH } from "./signature.js";
import { state, waitsForTap } from "./state.js";

// Whoever walks away from a kiosk without signing holds up nobody.
const KIOSK_WAITS = 30_000;
let waiting = 0;
const waitAtKiosk = () => {
  clearTimeout(waiting);
  if (state.settings.kiosk && state.signing) waiting = setTimeout(endSigning, KIOSK_WAITS);
};

export const askForSignature = (person) => {
  state.signing = person;
  byId("sign-heading").textContent = say("sign_for", { name: person.name });
  byId("sign-name").value = "";
  byId("sign-present").checked = false;
  byId("sign-error").textContent = "";
  state.signatureField.clear();
  show(byId("sign"), true);
  byId("sign-heading").focus();
  waitAtKiosk();
};

export const endSigning = () => {
  state.signing = null;
  show(byId("sign"), false);
  if (!waitsForTap()) camera.goOn();
};

byId("sign").addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = byId("sign-name").value.trim();
  const hasTyped = typed && byId("sign-present").checked;
  if (state.signatureField.isEmpty && !hasTyped) {
    byId("sign-error").textContent = say("sign_missing");
    return;
  }
  const signature = state.signatureField.isEmpty
    ? { name: typed, present: true }
    : { path: state.signatureField.path, width: WIDTH, height: HEIGHT };
  const person = state.signing;
  const act = await keep({ what: "in", person: person.id, how: "signature", signature });
  endSigning();
  showResult("signed", { person, act });
  showAll();
});
byId("sign-skip").addEventListener("click", endSigning);
byId("sign-clear").addEventListener("click", () => state.signatureField.clear());
for (const what of ["pointerdown", "pointerup", "input"]) byId("sign").addEventListener(what, waitAtKiosk);
