// form[data-review]: in a question the keys 1-9 choose an answer and Enter goes on to the next one.
// Nothing is listened for outside the question that has the focus.
"use strict";

document.querySelectorAll("form[data-review]").forEach((form) => {
  const questions = [...form.querySelectorAll("fieldset")].filter((set) => set.querySelector("input[type=radio]"));

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !event.target.matches("input[type=radio]")) return;
    const question = event.target.closest("fieldset");
    if (/^[1-9]$/.test(event.key)) {
      const answer = question.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
      if (!answer) return;
      event.preventDefault();
      answer.focus();
      if (!answer.checked) answer.click();
    } else if (event.key === "Enter") {
      const next = questions[questions.indexOf(question) + 1];
      const place = next
        ? next.querySelector("input[type=radio]:checked") ?? next.querySelector("input[type=radio]")
        : form.querySelector("textarea") ?? form.querySelector("button[type=submit]");
      if (!place) return;
      event.preventDefault();
      place.focus();
    }
  });
});
