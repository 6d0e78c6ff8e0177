// The screens of the door, one at a time.
import { showHistory } from "./history.js";
import { byId, show } from "./page.js";
import { closeCamera, endTrial } from "./scanning.js";
import { state } from "./state.js";

const SCREENS = ["desk", "walk-in", "history", "settings", "closed"];

export const showScreen = (name, { focus = true } = {}) => {
  if (state.settings.kiosk && name !== "desk") return;
  for (const screen of SCREENS) show(byId(screen), screen === name);
  for (const button of document.querySelectorAll("#nav button")) {
    if (button.dataset.screen === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  if (name !== "desk") {
    closeCamera();
    endTrial();
  }
  if (name === "history") showHistory();
  if (focus) byId(name).querySelector("h2").focus();
};
