// The door on a phone: who is scanned or found is checked in here at once; the server hears of it when it can.
import { showAll, showStrip } from "./desk.js";
import "./hands.js";
import { showKiosk } from "./kiosk.js";
import { afterSending, fetchList, signedOut, takeAnswer, takeList } from "./list.js";
import { byId, door, say, show } from "./page.js";
import { Queue } from "./queue.js";
import { fillSettings } from "./settings.js";
import { SignatureField } from "./signature.js";
import { people, state } from "./state.js";
import { Store } from "./store.js";

const LIST_AGAIN = 4_000;

const trouble = (word) => {
  byId("trouble-text").textContent = say(word);
  show(byId("trouble"), true);
};

// The page and its files, kept for the time without network; false where the browser does not do that.
const keepPage = async () => {
  try {
    await navigator.serviceWorker.register(door.worker, { scope: door.scope });
    await navigator.serviceWorker.ready;
    const pages = await caches.open("door pages");
    if (!(await pages.match(location.pathname))) await pages.add(location.pathname);
    return true;
  } catch {
    return false;
  }
};

const start = async () => {
  if (!globalThis.isSecureContext || !crypto.subtle) return trouble("no_crypto");
  try {
    state.store = await Store.open(door);
  } catch {
    return trouble("no_storage");
  }
  if (await state.store.isToBeForgotten()) await state.store.forgetList();
  state.settings = { sound: true, shortcuts: true, ...(await state.store.settings()) };
  await state.store.keepSettings(state.settings);
  state.signatureField = new SignatureField(byId("sign-canvas"));
  state.acts = await state.store.acts();
  state.order = state.acts.at(-1)?.order ?? 0;
  const kept = await state.store.list();
  state.queue = new Queue(state.store, {
    actsAddress: door.actsAddress,
    device: () => state.settings.desk ?? "",
    since: kept?.version,
    take: takeAnswer,
    changed: (answered) => (state.queue.state === "signed out" && state.list ? signedOut() : afterSending(answered)),
  });
  if (kept) await takeList(kept);
  const open = () => {
    for (const id of ["desk", "nav"]) show(byId(id), true);
    fillSettings();
    showKiosk();
    showAll();
    document.body.dataset.ready = "true";
  };
  if (kept) open();
  let isFresh = await fetchList();
  while (!state.list && !state.isOut) {
    trouble(state.acts.length ? "key_gone" : "no_list");
    await new Promise((resolve) => setTimeout(resolve, LIST_AGAIN));
    isFresh = await fetchList();
  }
  if (state.list) {
    show(byId("trouble"), false);
    open();
    state.queue.soon(0);
  }
  showStrip();
  navigator.storage?.persist?.();
  const isKept = await keepPage();
  if (state.list && !state.settings.kiosk && (isFresh || kept)) byId("ready").textContent = say(isKept ? "ready" : "ready_online", { count: people.size });
  document.body.dataset.kept = String(isKept);
};

start();
