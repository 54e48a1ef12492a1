// Keeps a draft: posts the letter form every 20 seconds when something was typed.
// <form data-autosave="/letters/…/draft"> and somewhere in it <span data-saved data-saved-text="Saved" data-failed-text="…" role="status">.
// The hidden field `version` says what this window has seen last. When another window kept other words meanwhile, the
// answer is 409: saving rests, and [data-elsewhere] shows both texts until one is chosen.
(function () {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const note = form.querySelector("[data-saved]");
  const both = document.querySelector("[data-elsewhere]");
  const field = (name) => form.elements.namedItem(name);
  const plain = (text) => text.replace(/\r\n/g, "\n").trim();
  let changed = false, sending = false, busy = false, last = null;
  let resting = Boolean(both && !both.hidden); // the page itself asks which text to keep
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("pageshow", () => { sending = false; });

  function say(words) { if (note) note.textContent = words; }

  function differs(answer) {
    field("version").value = answer.version;
    if (last !== null && plain(answer.text) === last) return false; // our own words: only the answer was lost
    both.querySelector("[data-other-title]").textContent = answer.title;
    both.querySelector("[data-other-text]").textContent = answer.text;
    both.querySelector(".quote").lang = answer.language;
    both.hidden = false;
    return true;
  }

  function overtaken(answer) {
    if (answer.sent) document.querySelector("[data-sent-elsewhere]").hidden = false;
    resting = answer.sent || (both && "text" in answer && differs(answer));
    say(resting ? "" : note.dataset.failedText);
  }

  async function save() {
    if (!changed || sending || resting || busy) return;
    changed = false;
    busy = true;
    let saved = false;
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    const typed = new URLSearchParams(body), words = plain(field("text").value);
    const detail = { title: field("title").value, text: field("text").value };
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: typed, credentials: "same-origin", headers: { "X-Autosave": "1" },
        keepalive: typed.toString().length < 60000, // outlives a tab that is closed; browsers allow 64 KiB
      });
      const version = answer.redirected ? null : answer.headers.get("x-version"); // redirected: to sign in
      if (version) field("version").value = version;
      saved = Boolean(version);
      if (saved && answer.ok) form.dispatchEvent(new CustomEvent("kept", { detail })); // for draft.js
      if (answer.status === 409) overtaken(await answer.json());
      else say(version ? await answer.text() : note.dataset.failedText); // a 422 is kept, too, and says what is wrong
    } catch { say(note.dataset.failedText); }
    last = words;
    if (!saved) changed = true;
    busy = false;
  }

  function go_on() {
    both.hidden = true;
    resting = false;
    changed = true;
    field("text").focus();
    save();
  }

  function exchange() {
    for (const [name, other] of [["title", "[data-other-title]"], ["text", "[data-other-text]"]]) {
      const mine = field(name).value, box = both.querySelector(other);
      field(name).value = box.textContent;
      box.textContent = mine;
    }
  }

  if (both) {
    const link = both.querySelector("[data-take-link]"); // for those without a script
    if (link) link.hidden = true;
    for (const [name, act] of [["[data-keep-mine]", go_on], ["[data-take-other]", exchange]]) {
      const button = both.querySelector(name);
      button.hidden = false;
      button.addEventListener("click", act);
    }
  }

  setInterval(save, 20000);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  window.addEventListener("pagehide", save);
})();
