// Days, times and places: where somebody is checked in.
import { now } from "./clock.js";
import { byId, door, say, show } from "./page.js";
import { placeOf } from "./people.js";
import { state } from "./state.js";

const clock = new Intl.DateTimeFormat(door.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: door.zone });
export const time = (instant) => clock.format(new Date(instant));
// The date where the event takes place, as 2027-05-20.
const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: door.zone }).format(new Date(now()));
const dayInWords = (day) =>
  new Intl.DateTimeFormat(door.language === "en" ? "en-GB" : door.language, { weekday: "short", day: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${day}T12:00Z`));

export const chosen = () => ({ day: byId("day").value, session: byId("session").value || null });
export const chosenPlace = () => placeOf(byId("day").value, byId("session").value);

const NIGHT_HOURS = 4;
// Whether a day has not begun where the event takes place: whoever is checked in for it is not there yet.
export const isNotBegun = (day) => Boolean(day) && today() < day;
// Whether a day is over where the event takes place, a night after its end (registrations/attendance/recording.py): from
// then on the host puts right who was there.
export const isOver = (day) => {
  const at = new Date(now() - NIGHT_HOURS * 3_600_000);
  return Boolean(day) && new Intl.DateTimeFormat("sv-SE", { timeZone: door.zone }).format(at) > day;
};

// The day that somebody looks at although it is over, and what of the clock was shown last.
let lookedBackAt = "";
let shown = "";
const clockSays = () => `${today()} ${isOver(byId("day").value)}`;
export const lookBack = () => (lookedBackAt = isOver(byId("day").value) ? byId("day").value : "");
// Whether the clock went on to another day since the days were shown.
export const isNewDay = () => Boolean(state.list) && clockSays() !== shown;

export const fillPlaces = () => {
  const { days, sessions = [] } = state.list.event;
  // A phone that lay there overnight goes on with the new day.
  const before = isOver(byId("day").value) && byId("day").value !== lookedBackAt ? "" : byId("day").value;
  byId("day").replaceChildren(...days.map((day) => new Option(dayInWords(day), day)));
  byId("day").value = days.includes(before) ? before : days.includes(today()) ? today() : (days.find((day) => day > today()) ?? days.at(-1) ?? "");
  show(byId("day-field"), days.length > 1);
  const session = byId("session").value;
  const ofDay = sessions.filter((one) => one.day === byId("day").value);
  byId("session").replaceChildren(new Option(say("whole_day"), ""), ...ofDay.map((one) => new Option(one.title, one.id)));
  byId("session").value = ofDay.some((one) => String(one.id) === session) ? session : "";
  show(byId("session-field"), ofDay.length > 0);
  show(byId("day-note"), byId("day").value !== today());
  shown = clockSays();
  if (!byId("day-note").hidden) byId("day-note").textContent = say(isOver(byId("day").value) ? "day_over_what" : "not_today");
};
