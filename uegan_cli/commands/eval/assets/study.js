"use strict";

const study = JSON.parse(document.getElementById("study").textContent);
const STORAGE_KEY = `uegan study ${study.study}`;
const page = (name) => document.getElementById(name);

// mulberry32. Seeded by the voter, it gives the same pairs after a reload and different ones to everyone.
function randomGenerator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY));
  } catch {
    return null;
  }
}

function store() {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(state));
  } catch {
    // Private windows may refuse to store anything; a reload then starts over.
  }
}

const state = stored() || { voter: crypto.getRandomValues(new Uint32Array(1))[0], votes: [] };

function pairs() {
  const random = randomGenerator(state.voter);
  const all = [];
  study.photos.forEach(({ pictures }, photo) => {
    const available = Object.keys(pictures);
    available.forEach((one, at) => available.slice(at + 1).forEach((other) => all.push({ photo, sides: [one, other] })));
  });
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other], all[at]];
  }
  all.forEach((pair) => random() < 0.5 && pair.sides.reverse());
  return all.slice(0, study.max_pairs);
}

const sequence = pairs();
let since = 0;
// In so few milliseconds nobody has seen a pair: it is a double click, or a key held down.
const MIN_MILLISECONDS = 300;

function show() {
  const at = state.votes.length;
  const over = at >= sequence.length;
  page("intro").hidden = true;
  page("choosing").hidden = over;
  page("end").hidden = !over;
  page("done").max = sequence.length;
  page("done").value = at;
  page("count").textContent = `${Math.min(at + 1, sequence.length)} of ${sequence.length}`;
  page("undo").disabled = at === 0;
  if (over) {
    page("end").querySelector(".save").focus();
    return;
  }
  const { photo, sides } = sequence[at];
  ["left", "right"].forEach((side, number) => {
    page(side).querySelector("img").src = `data:image/jpeg;base64,${study.photos[photo].pictures[sides[number]]}`;
  });
  since = performance.now();
}

function choose(number) {
  if (page("choosing").hidden || performance.now() - since < MIN_MILLISECONDS) return;
  const { photo, sides } = sequence[state.votes.length];
  const name = (side) => study.subjects[side];
  state.votes.push({
    photo: study.photos[photo].name,
    chosen: name(sides[number]),
    other: name(sides[1 - number]),
    side: number === 0 ? "left" : "right",
    seconds: Math.round((performance.now() - since) / 100) / 10,
    at: new Date().toISOString(),
  });
  store();
  show();
}

function undo() {
  if (state.votes.length === 0) return;
  state.votes.pop();
  store();
  show();
}

function save() {
  const voter = state.voter.toString(16).padStart(8, "0");
  const data = { format: study.format, study: study.study, voter, votes: state.votes };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 1)], { type: "application/json" }));
  link.download = `votes-${study.study.slice(0, 6)}-${voter}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const minutes = Math.max(1, Math.round(sequence.length / 12));
page("amount").textContent =
  `${sequence.length} pairs, about ${minutes} minute${minutes === 1 ? "" : "s"}. ` +
  "You can stop and continue later on this device, or save your votes so far.";
if (state.votes.length) page("start").textContent = "Continue";
page("start").addEventListener("click", show);
page("left").addEventListener("click", () => choose(0));
page("right").addEventListener("click", () => choose(1));
page("undo").addEventListener("click", undo);
page("reopen").addEventListener("click", undo);
document.querySelectorAll(".save").forEach((element) => element.addEventListener("click", save));
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || !page("intro").hidden) return;
  const keys = { 1: () => choose(0), 2: () => choose(1), Backspace: undo };
  if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
});
