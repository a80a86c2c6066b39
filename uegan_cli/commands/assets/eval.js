"use strict";

const comparison = JSON.parse(document.getElementById("comparison").textContent);
const AT_A_TIME = 120;
const grid = document.getElementById("grid");
const state = { before: comparison.before, after: comparison.after, order: "name" };
let shown = [];

function choice(label, options, value, changed) {
  const element = document.createElement("label");
  const select = document.createElement("select");
  for (const [key, text] of options) select.append(new Option(text, key, false, String(key) === String(value)));
  select.addEventListener("change", () => changed(select.value));
  element.append(label, select);
  return element;
}

function button(text, pressed, label) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  if (label) element.setAttribute("aria-label", label);
  element.addEventListener("click", pressed);
  return element;
}

function version(photo, number) {
  // Somebody's folder may lack a photo: then there is the photo as it is.
  const there = number in photo.pictures ? number : comparison.before;
  const name = comparison.names[number];
  return { name: there === number ? name : `no ${name}`, file: photo.pictures[there] };
}

function said(photo) {
  const values = photo.values[state.after] || {};
  return comparison.measures
    .filter(({ key }) => typeof values[key] === "number")
    .map(({ key, title, digits }) => `${title} ${values[key].toFixed(digits)}`)
    .join(" · ");
}

function ordered() {
  const photos = comparison.photos.slice();
  if (state.order === "name") return photos;
  const [direction, key] = state.order.split(" ");
  const of = (photo) => (photo.values[state.after] || {})[key];
  const there = photos.filter((photo) => typeof of(photo) === "number");
  const others = photos.filter((photo) => typeof of(photo) !== "number");
  return there.sort((a, b) => (direction === "up" ? of(a) - of(b) : of(b) - of(a))).concat(others);
}

function orders() {
  const options = [["name", "by name"]];
  for (const { key, title, better } of comparison.measures) {
    const [low, high] = { higher: ["worst", "best"], lower: ["best", "worst"] }[better] || ["least", "most"];
    const [up, down] = [[`up ${key}`, `${low} ${title} first`], [`down ${key}`, `${high} ${title} first`]];
    options.push(...(better === "lower" ? [down, up] : [up, down]));
  }
  return options;
}

function card(photo) {
  const figure = document.createElement("figure");
  figure.style.setProperty("--ratio", photo.size[0] / photo.size[1]);
  const pair = new Comparison(photo.name, photo.size);
  const caption = document.createElement("figcaption");
  const name = document.createElement("b");
  const values = document.createElement("span");
  name.textContent = photo.name;
  caption.append(name, values, button("Larger", () => enlarge(photo), `Larger: ${photo.name}`));
  figure.append(pair.element, caption);
  const update = () => {
    pair.show(version(photo, state.before), version(photo, state.after));
    values.textContent = said(photo);
  };
  update();
  return { figure, update };
}

function arrange() {
  grid.replaceChildren();
  document.querySelector(".more")?.remove();
  shown = [];
  grow(ordered());
}

function grow(photos) {
  const cards = photos.slice(shown.length, shown.length + AT_A_TIME).map(card);
  shown.push(...cards);
  grid.append(...cards.map(({ figure }) => figure));
  const left = photos.length - shown.length;
  if (left > 0) {
    const more = button(`Show ${Math.min(left, AT_A_TIME)} more of ${left}`, () => {
      more.remove();
      grow(photos);
    });
    more.className = "more";
    grid.after(more);
  }
}

// One photo as large as the window lets it.
const dialog = document.createElement("dialog");
dialog.setAttribute("aria-label", "One photo, larger");
document.body.append(dialog);
let enlarged = null;

function enlarge(photo) {
  enlarged = photo;
  const photos = ordered();
  const at = photos.indexOf(photo);
  const top = document.createElement("div");
  top.className = "top";
  const name = document.createElement("b");
  name.textContent = photo.name;
  const values = document.createElement("small");
  values.textContent = said(photo);
  const before = button("Previous", () => enlarge(photos[at - 1]));
  const after = button("Next", () => enlarge(photos[at + 1]));
  before.disabled = at === 0;
  after.disabled = at === photos.length - 1;
  top.append(name, values, before, after, button("Close", () => dialog.close()));
  const pair = new Comparison(photo.name, photo.size);
  pair.element.style.setProperty("--ratio", photo.size[0] / photo.size[1]);
  pair.show(version(photo, state.before), version(photo, state.after));
  dialog.replaceChildren(top, pair.element);
  if (!dialog.open) dialog.showModal();
  pair.slider.focus();
}

dialog.addEventListener("keydown", (event) => {
  const step = { PageDown: 1, PageUp: -1 }[event.key];
  const photos = ordered();
  const next = step && photos[photos.indexOf(enlarged) + step];
  if (next) {
    event.preventDefault();
    enlarge(next);
  }
});

const versions = comparison.names.map((name, number) => [number, name]);
function switched(side) {
  return (value) => {
    state[side] = Number(value);
    if (side === "after" && state.order !== "name") arrange();
    else shown.forEach(({ update }) => update());
  };
}
document.getElementById("bar").append(
  choice("left", versions, state.before, switched("before")),
  choice("right", versions, state.after, switched("after")),
);
const sorting = choice("order", orders(), state.order, (value) => {
  state.order = value;
  arrange();
});
document.getElementById("order").append(sorting);
arrange();
