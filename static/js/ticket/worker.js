// Opens a ticket that was kept on this device where there is no network, until its time is over (keep.js).
const TICKETS = "tickets";
// On a network that is there by name only, nobody in a queue waits longer.
const PATIENCE = 4_000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const isOver = (answer) => Date.now() > Date.parse(answer.headers.get("X-Kept-Until"));

const ticket = async (request) => {
  const { pathname } = new URL(request.url);
  const cache = await caches.open(TICKETS);
  const before = await cache.match(pathname);
  const isKept = Boolean(before) && !isOver(before);
  if (before && !isKept) await cache.delete(pathname);
  try {
    const answer = await fetch(request, isKept ? { signal: AbortSignal.timeout(PATIENCE) } : {});
    if (answer.ok) await cache.put(pathname, answer.clone());
    else if ([404, 410].includes(answer.status)) await cache.delete(pathname);
    return answer;
  } catch (problem) {
    if (isKept) return before;
    throw problem;
  }
};

// Their names change with what is in them.
const file = async (request) => (await (await caches.open(TICKETS)).match(request.url)) ?? fetch(request);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  event.respondWith(request.mode === "navigate" ? ticket(request) : file(request));
});
