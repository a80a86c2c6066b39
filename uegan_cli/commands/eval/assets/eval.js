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
const head = document.createElement("div");
head.className = "top";
const title = document.createElement("b");
const figures = document.createElement("small");
const previous = button("Previous", () => turn(-1));
const next = button("Next", () => turn(1));
previous.title = "Page Up";
next.title = "Page Down";
head.append(title, figures, previous, next, button("Close", () => dialog.close()));
document.body.append(dialog);
let enlarged = null;

function enlarge(photo) {
  enlarged = photo;
  const photos = ordered();
  title.textContent = photo.name;
  figures.textContent = said(photo);
  previous.disabled = photo === photos[0];
  next.disabled = photo === photos[photos.length - 1];
  const pair = new Comparison(photo.name, photo.size);
  pair.element.style.setProperty("--ratio", photo.size[0] / photo.size[1]);
  pair.show(version(photo, state.before), version(photo, state.after));
  const turning = document.activeElement;
  dialog.replaceChildren(head, pair.element);
  if (!dialog.open) dialog.showModal();
  // Who turns with a button stays on it, until there is no further photo.
  if ([previous, next].includes(turning) && !turning.disabled) turning.focus();
  else pair.slider.focus();
}

function turn(step) {
  const photos = ordered();
  const other = photos[photos.indexOf(enlarged) + step];
  if (other) enlarge(other);
}

dialog.addEventListener("keydown", (event) => {
  const step = { PageDown: 1, PageUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  turn(step);
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
