// Shows a question when other answers say so, and hides it when they do not. Without this script each stands there with
// “Answer only if …”, and a text that is typed there picks the answer that it goes with. What is hidden is not sent. The twin of registrations/questions/
// conditions.py: what was not answered fits no comparison.
const fields = new Map([...document.querySelectorAll("[data-question]")].map((field) => [Number(field.dataset.question), field]));
const depending = [...fields.values()].filter((field) => field.dataset.askedIf);

const typed = (field) => {
  const texts = [...field.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea")];
  return texts.map((control) => control.value.trim());
};
const checked = (field) => [...field.querySelectorAll("input:checked:not([name$='-remove'])")].map((control) => control.value);
const answerTo = (field) => {
  switch (field.dataset.kind) {
    case "yes_no": return { yes: true, no: false }[checked(field)[0]];
    case "one_of": return Number(checked(field)[0] ?? typed(field)[0]) || undefined;
    case "several_of": return checked(field).map(Number);
    case "number": {
      const text = typed(field)[0].replace("\u2212", "-").replace(",", ".").replaceAll(" ", "");
      return text === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
    }
    case "date": {
      const [day, month, year] = typed(field);
      return day && month && year ? `${year.padStart(4, "0")}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : undefined;
    }
    case "file": return typed(field)[0] || field.querySelector("[name$='-kept']") ? true : undefined;
    default: return typed(field)[0];
  }
};

export const compares = (how, given, wanted) => {
  if (given === undefined || given === null || given === "" || (Array.isArray(given) && !given.length)) return false;
  if (how === "answered") return true;
  if (Array.isArray(given)) {
    if (how === "has" || how === "equals") return given.includes(wanted);
    return how === "differs" && !given.includes(wanted);
  }
  if (how === "less" || how === "more") {
    if ((typeof given === "string") !== (typeof wanted === "string")) return false;
    return how === "less" ? given < wanted : given > wanted;
  }
  return how === "differs" ? given !== wanted : given === wanted;
};
export const holds = (condition, answer) => {
  if (condition.all) return condition.all.every((one) => holds(one, answer));
  if (condition.any) return condition.any.some((one) => holds(one, answer));
  if (!("question" in condition)) return true;
  return compares(condition.is ?? "equals", answer(condition.question), condition.value);
};

const update = () => {
  const decided = new Map();
  const mode = document.querySelector("input[name=mode]:checked")?.value;
  const applies = (key) => {
    const field = fields.get(key);
    if (!field) return false;
    if (!decided.has(key)) {
      // A circle is never entered twice.
      decided.set(key, false);
      const { modes = [], shown_if = {} } = JSON.parse(field.dataset.askedIf || "{}");
      const answer = (other) => (applies(other) ? answerTo(fields.get(other)) : undefined);
      decided.set(key, (!modes.length || modes.includes(mode)) && holds(shown_if, answer));
    }
    return decided.get(key);
  };
  for (const field of depending) {
    field.hidden = !applies(Number(field.dataset.question));
    // Words that are hidden again with their choice must not bring it back.
    for (const control of field.querySelectorAll("input:not([type=hidden]), select, textarea")) control.disabled = field.hidden;
  }
};

if (depending.length) {
  for (const note of document.querySelectorAll("[data-only-if]")) note.hidden = true;
  document.addEventListener("input", update);
  document.addEventListener("change", update);
  // Back in the history, browsers fill the form in again after this script has run.
  window.addEventListener("pageshow", update);
  update();
}
