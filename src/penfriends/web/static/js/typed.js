// Asks before a page is left on which something was typed that was not sent: <form data-typed>.
(function () {
  "use strict";
  const forms = [...document.querySelectorAll("form[data-typed]")];
  let sending = false;
  const typed = () => forms.some((form) => [...form.querySelectorAll("textarea, input[type=text]")]
    .some((field) => field.value !== field.defaultValue || field.closest(".field--error")));
  for (const form of forms) form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("pageshow", () => { sending = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && typed()) event.preventDefault();
  });
})();
