// Keeps the door's page on the phone, so that it opens without network. The view puts VERSION and FILES before this
// (registrations/door/phone.py): the same files together, whatever is deployed meanwhile. Nothing about people is kept
// here: the page holds none, and the list is the page's own matter (store.js).
const FILES_CACHE = `door files ${VERSION}`;
const PAGES_CACHE = "door pages";
const APP = /\/door\/[^/]+\/app\/$/;
const DOOR = /^(.*\/door\/[^/]+\/)(?!app\/)/;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(FILES_CACHE)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("door files ") && name !== FILES_CACHE;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

const file = async (request) => {
  const path = new URL(request.url).pathname;
  return (await (await caches.open(FILES_CACHE)).match(path)) ?? fetch(request);
};

// The kept page at once; a newer one is fetched behind it and shown next time.
const app = async (event) => {
  const pages = await caches.open(PAGES_CACHE);
  const path = new URL(event.request.url).pathname;
  const newer = fetch(path, { credentials: "same-origin", redirect: "manual" }).then(async (answer) => {
    if (answer.ok) await pages.put(path, answer.clone());
    return answer;
  });
  const kept = await pages.match(path);
  if (!kept) return newer;
  event.waitUntil(newer.catch(() => undefined));
  return kept;
};

// The door without JavaScript needs the network; without it, the kept page takes its place.
const door = async (request) => {
  try {
    return await fetch(request);
  } catch (problem) {
    const [, address] = DOOR.exec(new URL(request.url).pathname) ?? [];
    if (address && (await (await caches.open(PAGES_CACHE)).match(`${address}app/`))) {
      return Response.redirect(`${address}app/`);
    }
    throw problem;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (FILES.includes(url.pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" && APP.test(url.pathname)) event.respondWith(app(event));
  else if (request.mode === "navigate" && DOOR.test(url.pathname)) event.respondWith(door(request));
});
