// Two minutes before the session ends: a dialog with one press that extends it.
// Somebody who has just typed or pressed something on the page is there, and is not interrupted.
// Other tabs of the same browser are told when one of them has been used, so that none warns falsely.
"use strict";

const WARN_BEFORE_MS = 120000;
const IN_USE_MS = 300000;
const TEXTS = {
  idle: "Du har inte gjort något på en stund. Om två minuter loggas du ut.",
  last: "Om två minuter loggas du ut, för du har varit inloggad länge. Spara det du håller på med.",
  over: "Du är utloggad. Tryck på sidans knapp och logga in igen: det du har skrivit följer med.",
  failed: "Det gick inte att nå programmet. Försök igen.",
};

(() => {
  const dialog = document.querySelector("dialog.session-end");
  if (!dialog?.showModal) return;
  const text = dialog.querySelector("[data-session-text]");
  const title = dialog.querySelector("h2");
  const form = dialog.querySelector("form");
  const close = dialog.querySelector("[data-session-close]");
  const line = document.querySelector("[data-session-line]");
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
  let endsAt;
  let last;
  let timer;
  let usedAt = 0;

  function tell(words, stays) {
    text.textContent = words;
    form.hidden = !stays;
    close.hidden = stays;
    if (!dialog.open) dialog.showModal();
    (stays ? form.querySelector("button") : close).focus();
  }

  // A timer stands still while the computer sleeps: what it says is measured by the clock.
  function look() {
    clearTimeout(timer);
    const left = endsAt - Date.now();
    if (left <= 0) {
      title.textContent = "Du är utloggad";
      tell(TEXTS.over, false);
    } else if (left <= WARN_BEFORE_MS) {
      timer = setTimeout(look, left);
      if (dialog.open) return;
      if (!last && Date.now() - usedAt < IN_USE_MS) extend();
      else tell(last ? TEXTS.last : TEXTS.idle, !last);
    } else {
      timer = setTimeout(look, left - WARN_BEFORE_MS);
    }
  }

  // What is told is the program's time of day; this computer's clock may be wrong.
  function begin(found) {
    endsAt = Date.now() + found.left * 1000;
    last = found.last;
    if (dialog.open) dialog.close();
    if (line) line.textContent = found.told;
    look();
  }

  async function extend() {
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json", "X-Requested-With": "autosave" },
      });
      if (answer.status === 401) {
        endsAt = Date.now();
        look();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      begin(found);
      tabs?.postMessage(found);
    } catch {
      tell(TEXTS.failed, true);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    extend();
  });
  for (const sign of ["keydown", "pointerdown"]) {
    document.addEventListener(sign, () => { usedAt = Date.now(); }, { passive: true });
  }

  close.addEventListener("click", () => dialog.close());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  if (tabs) tabs.onmessage = (event) => begin(event.data);
  const found = {
    left: Number(dialog.dataset.secondsLeft),
    last: dialog.dataset.last === "true",
    told: line?.textContent ?? "",
  };
  tabs?.postMessage(found);
  begin(found);
})();
