// What time it is: by the clock of this phone, put right by that of the server, which every answer says. Who came when is
// evidence, and a phone that is an hour off would write it down wrong.
import { byId, say, show } from "./page.js";
import { change, state } from "./state.js";

// Less than this may be the way of the answer.
const RIGHT_WITHIN = 30_000;

const off = () => state.settings.clockOff ?? 0;

export const now = () => Date.now() - off();

export const showClock = () => {
  show(byId("clock-note"), Boolean(off()));
  if (off()) byId("clock-note").textContent = say("clock_wrong", { count: Math.max(1, Math.round(Math.abs(off()) / 60_000)) });
};

// `said` is the instant in an answer, `asked` when it was asked for, by the clock of this phone. Whether that is news.
export const compareClocks = async (said, asked) => {
  const ahead = (asked + Date.now()) / 2 - Date.parse(said);
  if (Number.isNaN(ahead)) return false;
  const clockOff = Math.abs(ahead) < RIGHT_WITHIN ? 0 : Math.round(ahead);
  // What differs by seconds is the network, and no news.
  if (Math.abs(clockOff - off()) < RIGHT_WITHIN && Boolean(clockOff) === Boolean(off())) return false;
  await change({ clockOff });
  showClock();
  return true;
};
