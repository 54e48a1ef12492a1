// Keeps what a pupil types on this device, too, so that a lost connection loses nothing.
// <form data-draft="letter id" data-draft-device="own|shared"> and [data-draft-found], which offers what was kept.
// On a shared device nothing is kept, and what an earlier setting left is removed. [data-draft-sent="id id"]: letters that
// have left the table; what was kept of them goes.
(function () {
  "use strict";
  const PREFIX = "draft:";
  const plain = (text) => text.replace(/\r\n/g, "\n").trim();
  let store;
  try { store = window.localStorage; } catch { return; } // the browser keeps nothing: then neither do we
  if (!store) return;

  for (const box of document.querySelectorAll("[data-draft-sent]"))
    for (const id of box.dataset.draftSent.split(" ")) if (id) store.removeItem(PREFIX + id);

  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  if (form.dataset.draftDevice !== "own") {
    for (const key of Object.keys(store)) if (key.startsWith(PREFIX)) store.removeItem(key);
    return;
  }

  const key = PREFIX + form.dataset.draft;
  const field = (name) => form.elements.namedItem(name);
  const words = () => ({ title: field("title").value, text: field("text").value });
  const same = (one, other) => plain(one.title) === plain(other.title) && plain(one.text) === plain(other.text);
  const forget = () => store.removeItem(key);
  function keep() { try { store.setItem(key, JSON.stringify(words())); } catch { /* full: the server keeps it, too */ } }
  function kept() {
    try {
      const found = JSON.parse(store.getItem(key));
      return found && typeof found.text === "string" && typeof found.title === "string" ? found : null;
    } catch { return null; }
  }

  const found = kept(), box = document.querySelector("[data-draft-found]");
  let offered = false;
  if (found && (same(found, words()) || !plain(found.title + found.text))) forget();
  else if (found && box) {
    box.querySelector("[data-draft-title]").textContent = found.title;
    box.querySelector("[data-draft-text]").textContent = found.text;
    box.hidden = false;
    offered = true;
  }

  function decided() { offered = false; box.hidden = true; field("text").focus(); }
  if (box) {
    box.querySelector("[data-draft-take]").addEventListener("click", () => {
      field("title").value = found.title;
      field("text").value = found.text;
      decided();
      form.dispatchEvent(new Event("input")); // autosave.js sends it on
    });
    box.querySelector("[data-draft-drop]").addEventListener("click", () => { decided(); forget(); });
  }

  form.addEventListener("input", () => { if (!offered) keep(); }); // what is offered is not written over
  form.addEventListener("kept", (event) => { if (!offered && same(event.detail, words())) forget(); });
})();
