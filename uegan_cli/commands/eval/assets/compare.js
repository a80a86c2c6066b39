"use strict";

// Two versions of one photo on top of each other, and a seam between them that mouse, finger or arrow keys move.
class Comparison {
  constructor(label, size) {
    this.element = document.createElement("div");
    this.element.className = "compare";
    this.element.style.aspectRatio = `${size[0]} / ${size[1]}`;
    this.after = this.#picture("after", size);
    this.before = this.#picture("before", size);
    this.element.append(this.#span("seam"));
    this.tags = [this.#span("tag left"), this.#span("tag right")];
    this.element.append(...this.tags);
    this.slider = document.createElement("input");
    this.slider.type = "range";
    this.slider.value = "50";
    this.slider.addEventListener("input", () => this.#move());
    this.element.append(this.slider);
    this.label = label;
  }

  // before, after: {name, file}
  show(before, after) {
    for (const [image, version] of [[this.before, before], [this.after, after]]) {
      // Setting the same file again would make the picture flicker.
      if (image.getAttribute("src") !== version.file) image.src = version.file;
      image.alt = `${this.label}, ${version.name}`;
    }
    this.tags[0].textContent = before.name;
    this.tags[1].textContent = after.name;
    this.slider.setAttribute("aria-label", `${this.label}: how much of the photo shows ${before.name}; the rest shows ${after.name}`);
    this.#move();
  }

  #move() {
    this.element.style.setProperty("--at", `${this.slider.value}%`);
    this.slider.setAttribute("aria-valuetext", `${this.slider.value} %`);
  }

  #picture(name, size) {
    const image = document.createElement("img");
    image.className = name;
    image.loading = "lazy";
    image.decoding = "async";
    image.draggable = false;
    [image.width, image.height] = size;
    this.element.append(image);
    return image;
  }

  #span(name) {
    const span = document.createElement("span");
    span.className = name;
    span.setAttribute("aria-hidden", "true");
    return span;
  }
}
