// Adds up the numbers of a form while they are typed: <form data-sum>, fields with data-times, <output id="sum">.
(function () {
  "use strict";
  for (const form of document.querySelectorAll("form[data-sum]")) {
    const sum = form.querySelector("output");
    const whole = (field) => (Number.parseInt(field.value, 10) || 0) * Number(field.dataset.times);
    form.addEventListener("input", () => {
      const all = [...form.querySelectorAll("[data-times]")].reduce((so_far, field) => so_far + whole(field), 0);
      sum.textContent = all.toLocaleString(document.documentElement.lang, { numberingSystem: "latn" });
    });
  }
})();
