// Keeps what is typed two seconds after the last key, and when the page is left. It never saves the form itself.
// Without this script the button “Keep as draft” does it.
import "./token.js";

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const note = form.querySelector("[data-autosave-note]");
  const signedOut = form.querySelector("template[data-signed-out]");
  let timer, changed = false;
  const keep = async () => {
    clearTimeout(timer);
    if (!changed) return;
    changed = false;
    const typed = new FormData(form);
    // A draft is words; a file is sent once, when the form is saved.
    for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name);
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: typed, headers: { "X-Autosave": "1" }, keepalive: true,
      });
      if (answer.headers.get("Content-Type")?.startsWith("text/plain")) {
        note.textContent = await answer.text();
        return;
      }
      changed = true;
      if (answer.headers.has("X-Signed-Out")) note.replaceChildren(signedOut.content.cloneNode(true));
    } catch {
      changed = true;
    }
  };
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(keep, 2000);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); changed = false; });
  // Shown again as well: maybe its reader signed in meanwhile, in another tab.
  document.addEventListener("visibilitychange", keep);
}
