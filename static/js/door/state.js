// What this phone knows and does at the moment, for all parts of the page.
import { door } from "./page.js";
import { People } from "./people.js";

export const STATUSES = ["waiting", "cancelled", "for_approval", "offered"];

export const state = {
  store: undefined,
  queue: undefined,
  list: null,
  publicKey: null,
  acts: [],
  order: 0,
  settings: {},
  signatureField: undefined,
  isTrial: false,
  isClosed: false,
  isOut: false,
  lastScan: { text: "", at: -Infinity },
  current: null,
  signing: null,
};
export const people = new People(door.language);
export const otherWindows = "BroadcastChannel" in globalThis ? new BroadcastChannel(door.database) : null;

// As the host wants it, unless this phone was told otherwise.
export const isCareful = () => (state.settings.mode ?? state.list?.event.mode_of_door) === "careful";
// Nobody taps at a kiosk.
export const waitsForTap = () => isCareful() && !state.settings.kiosk;
export const unsent = () => state.acts.filter((act) => !act.sent).length;

export const change = async (changes) => {
  state.settings = { ...state.settings, ...changes };
  await state.store.keepSettings(state.settings);
};
