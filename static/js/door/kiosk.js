// The kiosk: a phone that stands there by itself and shows no names.
import { hashOf } from "./codes.js";
import { showAll } from "./desk.js";
import { byId, door, say, show } from "./page.js";
import { showScreen } from "./screens.js";
import { endSigning } from "./signing.js";
import { change, state } from "./state.js";

export const showKiosk = () => {
  document.body.classList.toggle("door-kiosk", Boolean(state.settings.kiosk));
  for (const id of ["names", "nav", "places", "counter-line"]) show(byId(id), !state.settings.kiosk);
  show(byId("kiosk-leave"), Boolean(state.settings.kiosk));
  if (state.settings.kiosk) {
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
  // Nothing of whoever came before stays, for readers of the screen neither.
  show(byId("result"), false);
  byId("spoken").textContent = "";
  state.current = null;
  if (state.signing) endSigning();
  showKiosk();
  showAll();
});

byId("kiosk-leave").addEventListener("submit", async (event) => {
  event.preventDefault();
  const digits = byId("kiosk-out").value;
  byId("kiosk-out").value = "";
  if ((await hashOf(`${door.database} ${digits}`)) !== state.settings.kiosk) {
    byId("kiosk-out-error").textContent = say("digits_wrong");
    return;
  }
  byId("kiosk-out-error").textContent = "";
  byId("ready").textContent = "";
  await change({ kiosk: null });
  showKiosk();
  showAll();
});
