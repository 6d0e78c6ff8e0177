// Dragging a session with the mouse, beside the buttons: to the place of another one of its day, or to another day.
// It sends the form of the row, as its buttons do; what is under the pointer is said in the live region.
const rows = [...document.querySelectorAll(".plan-row")];
const said = document.getElementById("announcements");
let dragged = null;

const dayOf = (element) => element.closest("[data-day]");
const targetAt = (element) => {
  const day = element instanceof Element && dayOf(element);
  if (!dragged || !day) return null;
  if (day !== dayOf(dragged)) return day;
  const row = element.closest(".plan-row");
  return row === dragged ? null : row;
};
const mark = (target) => {
  for (const one of document.querySelectorAll(".is-drop")) if (one !== target) one.classList.remove("is-drop");
  if (!target || target.classList.contains("is-drop")) return;
  target.classList.add("is-drop");
  said.textContent = target.dataset.drop;
};
const send = (form, values) => {
  for (const [name, value] of Object.entries(values)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  form.submit();
};

for (const row of rows) {
  row.draggable = true;
  row.addEventListener("dragstart", (event) => {
    dragged = row;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.querySelector("h3").textContent);
  });
  row.addEventListener("dragend", () => { dragged = null; mark(null); });
}
document.addEventListener("dragover", (event) => {
  const target = targetAt(event.target);
  mark(target);
  if (target) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const target = targetAt(event.target);
  if (!target) return;
  event.preventDefault();
  const form = dragged.querySelector("form");
  if (target.dataset.day) return send(form, { act: `day:${target.dataset.day}` });
  const places = [...target.parentElement.children];
  const steps = places.indexOf(target) - places.indexOf(dragged);
  send(form, { act: steps < 0 ? "earlier" : "later", steps: Math.abs(steps) });
});
