// tbody[data-grid]: in a cell's list J, N, U and E choose an answer, and the arrows go to the next
// cell. Alt and an arrow, and Enter or space, still open the list as the browser does. The sentence
// that tells of the keys is shown only where they work.
"use strict";

const ANSWERS = { j: "yes", n: "no", u: "evidence_missing", e: "not_applicable", g: "not_applicable" };
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

document.querySelectorAll("[data-grid-keys]").forEach((hint) => { hint.hidden = false; });

document.querySelectorAll("tbody[data-grid]").forEach((body) => {
  const rows = [...body.rows].map((row) => [...row.querySelectorAll("select")]);

  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !event.target.matches("select")) return;
    const answer = ANSWERS[event.key.toLowerCase()];
    const step = STEPS[event.key];
    if (answer) {
      event.preventDefault();
      event.target.value = answer;
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (step) {
      event.preventDefault();
      const row = rows.findIndex((cells) => cells.includes(event.target));
      const column = rows[row].indexOf(event.target);
      rows[row + step[0]]?.[column + step[1]]?.focus();
    }
  });
});
