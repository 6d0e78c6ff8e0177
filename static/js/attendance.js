// Ticks answer with their row only (htmx). What this adds: the row says that it is busy, and when the answer fails or
// takes too long, the form is sent in the plain way, which shows the page again or the browser's own error with Reload.
const row = (event) => event.target.closest?.("li");
document.addEventListener("htmx:beforeRequest", (event) => row(event)?.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => row(event)?.removeAttribute("aria-busy"));
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => event.target.closest?.("form")?.submit());
}
