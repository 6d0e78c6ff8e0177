// Counts what is typed into a long text, so that nobody learns only on saving that it is too long. Nothing is cut.
// Without this script the limit stands beside the field.
for (const note of document.querySelectorAll("[data-limit]")) {
  const control = document.getElementById(note.dataset.of);
  if (!control) continue;
  const described = control.getAttribute("aria-describedby");
  control.setAttribute("aria-describedby", described ? `${described} ${note.id}` : note.id);
  const inWords = new Intl.NumberFormat(document.documentElement.lang);
  const most = Number(note.dataset.limit);
  let timer;
  const count = () => {
    // The form counts characters, and a line end as one; so does this.
    const typed = [...control.value.trim()].length;
    const over = typed > most;
    // Screen readers hear of it when it becomes tight, not with every word.
    if (typed > most * 0.9) note.setAttribute("role", "status");
    note.classList.toggle("error", over);
    const words = over ? note.dataset.over : note.dataset.counted;
    note.textContent = words.replace("#", inWords.format(over ? typed - most : typed));
  };
  control.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(count, 300);
  });
  if (control.value) count();
}
