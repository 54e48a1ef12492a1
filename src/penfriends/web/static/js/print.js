// Shows the buttons marked data-print, which print the page. Without a script the browser's own menu does it.
(function () {
  "use strict";
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
