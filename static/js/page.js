// Every page: focus goes to the error summary, and a form is sent once.
"use strict";

document.querySelector(".errors")?.focus();

// A radio group's fieldset and a field behind a link in the summary take the focus themselves.
document.querySelector(".errors")?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (field) {
    event.preventDefault();
    field.focus();
    (field.closest(".field") ?? field).scrollIntoView({ block: "nearest" });
  }
});

const SENT_FOR_MS = 10000;

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
  // A download or a broken line leaves the page standing: the button must come back.
  setTimeout(() => release(form), SENT_FOR_MS);
});

addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
