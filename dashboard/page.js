// Keeps what a person is at while parts of a page are redrawn, and sends files with their progress.
"use strict";
(() => {
  const said = document.currentScript.dataset;
  const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
  const STRAYED = 10; // CSS pixels: who moves further while pressing has thought better of it
  const unfolded = new WeakMap(); // live part -> what a summary says -> whether its details stand open
  let focused = null; // the last element in a live part that had the focus, and how to know its successor
  let pressed = null; // the same of what the pointer has gone down on and not yet left

  const partOf = (element) => element.closest("[data-live]");
  const nameOf = (element) =>
    [element.tagName, element.getAttribute("href") || element.getAttribute("aria-label") || element.textContent].join();
  const named = (part, name) => [...part.querySelectorAll(FOCUSABLE)].filter((each) => nameOf(each) === name);
  const known = (element) => {
    const part = element && partOf(element);
    const name = part && nameOf(element);
    return part && { element, part, name, place: named(part, name).indexOf(element) };
  };
  const successor = ({ part, name, place }) => {
    const all = named(part, name);
    return all[place] ?? all.at(-1);
  };

  document.addEventListener("focusin", ({ target }) => (focused = known(target)));
  document.addEventListener("pointerdown", ({ target, clientX, clientY }) => {
    if (focused && !focused.element.contains(target)) focused = null;
    pressed = known(target.closest(FOCUSABLE));
    if (pressed) pressed.at = [clientX, clientY];
  });
  // A press lasts a tenth of a second. Where its part is redrawn meanwhile, the browser knows of no click.
  document.addEventListener("pointerup", (event) => {
    const was = pressed;
    pressed = null;
    if (!was || was.element.isConnected || event.button !== 0) return;
    const [x, y] = was.at;
    if (Math.hypot(event.clientX - x, event.clientY - y) > STRAYED) return;
    successor(was)?.dispatchEvent(new MouseEvent("click", event)); // with the keys that were held
  });
  document.addEventListener(
    "toggle",
    ({ target }) => {
      const part = target.isConnected && target.tagName === "DETAILS" && partOf(target);
      if (!part) return;
      if (!unfolded.has(part)) unfolded.set(part, new Map());
      unfolded.get(part).set(target.querySelector("summary").textContent, target.open);
    },
    true,
  );

  const restore = (part) => {
    for (const details of unfolded.has(part) ? part.querySelectorAll("details") : []) {
      const open = unfolded.get(part).get(details.querySelector("summary").textContent);
      if (open !== undefined) details.open = open;
    }
    if (focused?.part === part && !focused.element.isConnected && document.activeElement === document.body) {
      successor(focused)?.focus({ preventScroll: true });
    }
  };

  // Parts come one after the other: the place that the address names is kept in sight until the person moves.
  let sought = location.hash.slice(1);
  setTimeout(() => (sought = ""), 10_000);
  for (const kind of ["wheel", "pointerdown", "keydown", "touchstart"])
    addEventListener(kind, () => (sought = ""), { once: true, passive: true });

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver((changes) => {
      if (sought) document.getElementById(sought)?.scrollIntoView();
      new Set(changes.map(({ target }) => partOf(target)).filter(Boolean)).forEach(restore);
    }).observe(document.body, { childList: true, subtree: true });
    const [lost, again] = document.querySelectorAll("#popup span");
    if (lost) [lost.textContent, again.textContent] = [said.lost, said.again];
    document.getElementById("popup")?.setAttribute("role", "alert");
  });

  // Sends the chosen file as the one part `file`; answers with status and text, 0 where no answer came.
  globalThis.sendFile = (inputId, url, barId) =>
    new Promise((resolve) => {
      const body = new FormData();
      body.append("file", document.getElementById(inputId).files[0]);
      const request = new XMLHttpRequest();
      request.upload.onprogress = ({ loaded, total }) => {
        const bar = document.getElementById(barId);
        if (bar) [bar.max, bar.value] = [total, loaded];
      };
      request.upload.onload = () => document.getElementById(barId)?.removeAttribute("value"); // now it is read there
      request.onloadend = () => resolve({ status: request.status, text: request.responseText });
      request.open("POST", url);
      request.send(body);
    });
})();
