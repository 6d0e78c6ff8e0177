// Settings, the trial and closing the door.
import { forgetNames, showStrip } from "./desk.js";
import { byId, door, say, show } from "./page.js";
import { closeCamera, openCamera } from "./scanning.js";
import { showScreen } from "./screens.js";
import { change, isCareful, otherWindows, state, unsent } from "./state.js";

export const fillSettings = () => {
  byId("device").value = state.settings.desk ?? state.settings.device ?? "";
  byId(isCareful() ? "mode-careful" : "mode-express").checked = true;
  byId("sound").checked = state.settings.sound;
  byId("shortcuts").checked = state.settings.shortcuts;
};

byId("settings-form").addEventListener("change", () =>
  change({
    desk: byId("device").value.trim() === state.settings.device ? undefined : byId("device").value.trim() || undefined,
    mode: byId("mode-careful").checked ? "careful" : "express",
    sound: byId("sound").checked,
    shortcuts: byId("shortcuts").checked,
  }),
);
byId("settings-form").addEventListener("submit", (event) => event.preventDefault());

byId("trial").addEventListener("click", () => {
  state.isTrial = true;
  state.lastScan = { text: "", at: -Infinity };
  showScreen("desk");
  byId("ready").textContent = say("trial_ready");
  openCamera();
});

byId("close").addEventListener("click", async () => {
  byId("close").disabled = true;
  await state.queue.send();
  byId("close").disabled = false;
  showStrip();
  const count = unsent();
  if (count) {
    byId("close-state").focus();
    return;
  }
  const checkedIn = state.acts.filter((act) => act.what === "in" && act.outcome === "counted" && act.how !== "signature").length;
  state.isClosed = true;
  clearTimeout(state.queue.timer);
  closeCamera();
  try {
    await caches.delete("door pages");
    await fetch(door.closeAddress, { method: "POST", headers: { "X-CSRFToken": csrf() }, redirect: "manual" });
  } catch {
    // The list goes from this phone all the same; the server ends the sign-in with the event's day.
  }
  await state.store.wipe();
  forgetNames();
  otherWindows?.postMessage("closed");
  byId("closed-text").textContent = say("closed", { count: checkedIn });
  show(byId("nav"), false);
  byId("ready").textContent = "";
  showScreen("closed");
  show(byId("strip"), false);
});

const csrf = () => document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="))?.slice(10) ?? "";
