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
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: new URLSearchParams(body), credentials: "same-origin", headers: { "X-Autosave": "1" },
      });
      saved = answer.ok;
    } catch { saved = false; }
    if (!saved) changed = true;
    if (note) note.textContent = saved ? note.dataset.savedText : note.dataset.failedText;
  }

  setInterval(save, 20000);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
})();
