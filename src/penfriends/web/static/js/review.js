// Keys on the review page. An element with data-key="J" is clicked by the key J, data-key="1" by the key 1.
// KeyboardEvent.code is the place of the key, so J works on an Arabic or French layout too. N goes to the next mark.
// Keys can be switched off (WCAG 2.1.4): for the account, with data-keys="off". The buttons post that choice; nothing is
// kept in the browser, which volunteers of one office share. A decision key moves the focus to the button; the same key
// again, or Enter, presses it, so that one slip decides nothing.
(function () {
  "use strict";
  const panel = document.querySelector("[data-keys]");
  const off = document.querySelector("[data-keys-off]");
  const on = document.querySelector("[data-keys-on]");
  if (!panel || !off || !on) return;
  const active = panel.dataset.keys !== "off";
  panel.hidden = false;
  off.hidden = !active;
  on.hidden = active;

  function nextMark() {
    const marks = [...document.querySelectorAll("mark .hl__n")];
    if (marks.length) marks[(marks.indexOf(document.activeElement) + 1) % marks.length].focus();
  }

  document.addEventListener("keydown", (event) => {
    if (!active || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const key = event.code.replace(/^(Key|Digit|Numpad)/, "");
    if (key === "N") { nextMark(); event.preventDefault(); return; }
    if (!/^[0-9A-Z]$/.test(key)) return;
    const target = document.querySelector('[data-key="' + key + '"]');
    if (!target) return;
    event.preventDefault();
    if (/^[0-9]$/.test(key) && document.activeElement !== target) target.focus();
    else target.click();
  });
})();
