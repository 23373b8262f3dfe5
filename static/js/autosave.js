// form[data-autosave="address"]: saves as a choice is made, a text is left or typing pauses.
// The address answers 2xx, and if it counts versions JSON {"version": n} for the form's field
// "version". With data-draft what is typed is only kept, every few seconds, until the button saves
// it. 401 is told as logged out, anything else as not saved.
"use strict";

const PAUSE_MS = 4000;

document.querySelectorAll("form[data-autosave]").forEach((form) => {
  const status = form.querySelector("[data-autosave-status]");
  let changed = false;
  let saving = null;
  let pause;

  function tell(text, failed) {
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("failed", failed);
  }

  async function send() {
    changed = false;
    try {
      const answer = await fetch(form.dataset.autosave || form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json", "X-Requested-With": "autosave" },
      });
      if (answer.status === 401) {
        tell("Du är utloggad. Tryck på knappen och logga in: din text följer med.", true);
        return;
      }
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
        const { version } = await answer.json();
        if (version !== undefined && form.elements.version) form.elements.version.value = version;
      }
      const time = new Date().toLocaleTimeString("sv-SE", { hour: "2-digit", minute: "2-digit" });
      const word = form.dataset.draft === undefined ? "Sparat" : "Utkast sparat";
      tell(`${word} ${time.replace(":", ".")}`, false);
    } catch {
      tell("Inte sparat än. Använd knappen för att spara.", true);
    }
  }

  async function save() {
    clearTimeout(pause);
    pause = undefined;
    if (!changed || saving || form.dataset.sent) return;
    saving = send();
    await saving;
    saving = null;
    if (changed) save();
  }

  form.addEventListener("input", (event) => {
    changed = true;
    if (!event.target.matches("textarea, input[type=text]")) return;
    // A draft is kept also while somebody goes on typing without a pause.
    if (form.dataset.draft !== undefined && pause) return;
    clearTimeout(pause);
    pause = setTimeout(save, PAUSE_MS);
  });

  form.addEventListener("change", (event) => {
    if (event.target.matches("input[type=radio], input[type=checkbox], select")) save();
  });

  form.addEventListener("focusout", (event) => {
    // The button that is being pressed saves everything itself.
    if (event.relatedTarget?.matches("button")) return;
    if (event.target.matches("textarea, input[type=text]")) save();
  });

  // Two saves must not race for the same version: the button waits for the one under way.
  form.addEventListener("submit", (event) => {
    clearTimeout(pause);
    if (!saving) return;
    event.preventDefault();
    saving.then(() => form.requestSubmit(event.submitter ?? undefined));
  });
});
