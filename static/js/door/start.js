// On the server's pages of a door: fetches what the phone needs to work without network, and offers the page that does.
const link = document.querySelector("[data-door-app]");
const canWorkOffline = globalThis.isSecureContext && "serviceWorker" in navigator && "indexedDB" in globalThis && crypto.subtle;
if (link && canWorkOffline) {
  link.hidden = false;
  navigator.serviceWorker.register(link.dataset.worker, { scope: link.dataset.scope }).catch(() => undefined);
}
