// On the server's pages of a door: fetches what the phone needs to work without network, offers the page that does, and
// goes on to it right after somebody began with a PIN or a link. The plain page stays one press away.
const JUST_BEGAN = "door: just began";
const link = document.querySelector("[data-door-app]");
const canWorkOffline = globalThis.isSecureContext && "serviceWorker" in navigator && "indexedDB" in globalThis && crypto.subtle;

document.querySelector("form[data-door-begins]")?.addEventListener("submit", () => sessionStorage.setItem(JUST_BEGAN, "yes"));
if (link && canWorkOffline) {
  link.hidden = false;
  navigator.serviceWorker.register(link.dataset.worker, { scope: link.dataset.scope }).catch(() => undefined);
  const hasJustBegun = sessionStorage.getItem(JUST_BEGAN);
  sessionStorage.removeItem(JUST_BEGAN);
  if (hasJustBegun) location.replace(link.href ?? link.querySelector("a").href);
}
