// The camera on the page: it is opened by a tap, and pauses while a result is looked at.
import { scanned } from "./acts.js";
import { Camera } from "./camera.js";
import { byId, door, say, show } from "./page.js";
import { state, waitsForTap } from "./state.js";

const EXPRESS_PAUSE = 1_200;

export const closeCamera = () => {
  camera.close();
  for (const id of ["video", "camera-close", "camera-next", "camera-torch"]) show(byId(id), false);
  show(byId("camera-open"), true);
};

// Whoever turns to something else tries nothing any more: the next person is checked in.
export const endTrial = () => {
  if (state.isTrial) byId("ready").textContent = "";
  state.isTrial = false;
};

export const camera = new Camera(byId("video"), door.decoder, async (text, from) => {
  if (!(await scanned(text, from))) return;
  camera.pause();
  // A signature, or a careful helper, goes on with a tap.
  if (!waitsForTap() && !state.signing) setTimeout(() => camera.goOn(), EXPRESS_PAUSE);
});

camera.lost = () => {
  closeCamera();
  byId("camera-error").textContent = say("camera_failed");
};

export const openCamera = async (open = () => camera.open()) => {
  byId("camera-error").textContent = "";
  show(byId("video"), true);
  try {
    await open();
    show(byId("camera-open"), false);
    show(byId("camera-close"), true);
    // Another camera, or the same one opened anew: its light is off.
    byId("camera-torch").setAttribute("aria-pressed", "false");
    show(byId("camera-torch"), camera.hasTorch);
    show(byId("camera-next"), (await camera.cameras()).length > 1);
    byId("camera-close").focus();
  } catch (problem) {
    closeCamera();
    const words = { NotAllowedError: "camera_refused", NotFoundError: "camera_missing", TypeError: "camera_missing" };
    byId("camera-error").textContent = say(words[problem.name] ?? "camera_failed");
  }
};
