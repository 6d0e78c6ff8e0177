// Keeps this ticket on the device of whoever opened it, so that it opens at a door without network. Until when, the
// server says with the page (registrations/views/tickets.py).
const note = document.querySelector("[data-ticket-worker]");

const keep = async () => {
  await navigator.serviceWorker.register(note.dataset.ticketWorker, { scope: location.pathname });
  const files = Array.from(document.querySelectorAll("link[rel=stylesheet], link[rel=icon]"), (link) => link.href);
  await (await caches.open("tickets")).addAll([location.pathname, ...files]);
};

if (globalThis.isSecureContext && "serviceWorker" in navigator && "caches" in globalThis) {
  keep()
    // Without network it was kept before.
    .catch(() => undefined)
    .then(() => caches.match(location.pathname))
    .then((kept) => (note.hidden = !kept));
}
