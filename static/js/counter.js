// Text fields with data-max: says how much room is left from four fifths of it, never cuts the text.
"use strict";

const NUMBER = new Intl.NumberFormat("sv-SE");
const ALMOST_FULL = 0.8;

document.querySelectorAll("[data-max]").forEach((field) => {
  const line = document.getElementById(`${field.id}-count`);
  if (!line) return;
  const most = Number(field.dataset.max);
  const rule = line.textContent;
  const spoken = document.createElement("span");
  spoken.className = "hidden-text";
  spoken.setAttribute("role", "status");
  line.after(spoken);
  let waiting;

  function count() {
    const length = [...field.value.replace(/\r\n/g, "\n")].length;
    const over = length > most;
    line.textContent = over
      ? `${NUMBER.format(length - most)} tecken för mycket.`
      : length >= most * ALMOST_FULL
        ? `${NUMBER.format(most - length)} tecken kvar.`
        : rule;
    line.classList.toggle("over", over);
    clearTimeout(waiting);
    if (length >= most * ALMOST_FULL) {
      waiting = setTimeout(() => { spoken.textContent = line.textContent; }, 1000);
    } else {
      spoken.textContent = "";
    }
  }

  field.addEventListener("input", count);
  if (field.value) count();
});
