// The page of the door: what it was told by the server, its parts and its words.
export const door = JSON.parse(document.getElementById("door").textContent);
export const byId = (id) => document.getElementById(id);
export const say = (word, values = {}) =>
  (door.words[word] ?? word).replace(/\{(\w+)\}/g, (_all, name) => String(values[name] ?? ""));
export const show = (element, isShown) => (element.hidden = !isShown);

export const element = (name, properties = {}, ...children) => {
  const { dataset = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  Object.assign(made.dataset, dataset);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};
