"use strict";

const comparison = JSON.parse(document.getElementById("comparison").textContent);
const PAGE_SIZE = 120;
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
  // A folder of results may lack a photo; the input is shown instead.
  const available = number in photo.pictures ? number : comparison.before;
  const name = comparison.names[number];
  return { name: available === number ? name : `no ${name}`, file: photo.pictures[available] };
}

function valuesText(photo) {
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
  const value = (photo) => (photo.values[state.after] || {})[key];
  const measured = photos.filter((photo) => typeof value(photo) === "number");
  const others = photos.filter((photo) => typeof value(photo) !== "number");
  return measured.sort((a, b) => (direction === "up" ? value(a) - value(b) : value(b) - value(a))).concat(others);
}

function orderOptions() {
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
  caption.append(name, values, button("Enlarge", () => enlarge(photo), `Enlarge: ${photo.name}`));
  figure.append(pair.element, caption);
  const update = () => {
    pair.show(version(photo, state.before), version(photo, state.after));
    values.textContent = valuesText(photo);
  };
  update();
  return { figure, update };
}

function arrange() {
  grid.replaceChildren();
  document.querySelector(".more")?.remove();
  shown = [];
  showMore(ordered());
}

function showMore(photos) {
  const cards = photos.slice(shown.length, shown.length + PAGE_SIZE).map(card);
  shown.push(...cards);
  grid.append(...cards.map(({ figure }) => figure));
  const left = photos.length - shown.length;
  if (left > 0) {
    const more = button(`Show ${Math.min(left, PAGE_SIZE)} more (${left} left)`, () => {
      more.remove();
      showMore(photos);
    });
    more.className = "more";
    grid.after(more);
  }
}

// One photo as large as the window allows.
const dialog = document.createElement("dialog");
dialog.setAttribute("aria-label", "Enlarged photo");
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
  figures.textContent = valuesText(photo);
  previous.disabled = photo === photos[0];
  next.disabled = photo === photos[photos.length - 1];
  const pair = new Comparison(photo.name, photo.size);
  pair.element.style.setProperty("--ratio", photo.size[0] / photo.size[1]);
  pair.show(version(photo, state.before), version(photo, state.after));
  const focused = document.activeElement;
  dialog.replaceChildren(head, pair.element);
  if (!dialog.open) dialog.showModal();
  // Focus stays on the button that was pressed, as long as there are more photos in its direction.
  if ([previous, next].includes(focused) && !focused.disabled) focused.focus();
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
function onChoice(side) {
  return (value) => {
    state[side] = Number(value);
    if (side === "after" && state.order !== "name") arrange();
    else shown.forEach(({ update }) => update());
  };
}
document.getElementById("bar").append(
  choice("left", versions, state.before, onChoice("before")),
  choice("right", versions, state.after, onChoice("after")),
);
const sorting = choice("order", orderOptions(), state.order, (value) => {
  state.order = value;
  arrange();
});
document.getElementById("order").append(sorting);
arrange();
