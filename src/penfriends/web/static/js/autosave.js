// Keeps a draft: posts the letter form every 20 seconds when something was typed.
// <form data-autosave="/letters/…/draft"> and somewhere in it <span data-saved data-saved-text="Saved" data-failed-text="…" role="status">.
(function () {
  "use strict";
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const note = form.querySelector("[data-saved]");
  let changed = false;
  let sending = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { sending = true; });

  async function save() {
    if (!changed || sending) return;
    changed = false;
    let saved = false;
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    const typed = new URLSearchParams(body);
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: typed, credentials: "same-origin", headers: { "X-Autosave": "1" },
        keepalive: typed.toString().length < 60000, // outlives a tab that is closed; browsers allow 64 KiB
      });
      saved = answer.ok && !answer.redirected; // signed out meanwhile: the answer is the sign-in page
    } catch { saved = false; }
    if (!saved) changed = true;
    if (note) note.textContent = saved ? note.dataset.savedText : note.dataset.failedText;
  }

  setInterval(save, 20000);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  window.addEventListener("pagehide", save);
})();
