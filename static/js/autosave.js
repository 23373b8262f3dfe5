// form[data-autosave="address"]: saves as a choice is made, a text is left or typing pauses.
// The address answers 2xx, and if it counts versions JSON {"version": n} for the form's field
// "version". With data-draft what is typed is only kept, every few seconds, until the button saves
// it. 401 is told as logged out, anything else as not saved; where nobody answered it is tried again.
"use strict";

const PAUSE_MS = 4000;
// At most five seconds of typing may be lost: this, and the time that the program takes to answer.
const DRAFT_MS = 2500;

document.querySelectorAll("form[data-autosave]").forEach((form) => {
  const status = form.querySelector("[data-autosave-status]");
  const isDraft = form.dataset.draft !== undefined;
  let changed = false;
  let saving = null;
  let pause;

  function tell(text, failed) {
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("failed", failed);
  }

  function later() {
    clearTimeout(pause);
    pause = setTimeout(save, isDraft ? DRAFT_MS : PAUSE_MS);
  }

  function tryAgain() {
    tell("Inte sparat än. Använd knappen för att spara.", true);
    changed = true;
    later();
  }

  async function told(answer) {
    const json = answer.headers.get("Content-Type")?.startsWith("application/json");
    return json ? answer.json() : {};
  }

  async function send() {
    changed = false;
    let answer, found;
    try {
      answer = await fetch(form.dataset.autosave || form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json", "X-Requested-With": "autosave" },
        keepalive: document.hidden,
      });
      found = await told(answer);
    } catch {
      tryAgain();
      return;
    }
    if (answer.status >= 500) {
      tryAgain();
    } else if (answer.status === 401) {
      tell("Du är utloggad. Tryck på knappen och logga in: din text följer med.", true);
    } else if (!answer.ok || answer.redirected) {
      const why = isDraft && found.errors?.[0];
      tell(why || "Inte sparat än. Använd knappen för att spara.", true);
    } else {
      const { version } = found;
      if (version !== undefined && form.elements.version) form.elements.version.value = version;
      const time = new Date().toLocaleTimeString("sv-SE", { hour: "2-digit", minute: "2-digit" });
      tell(`${isDraft ? "Utkast sparat" : "Sparat"} ${time.replace(":", ".")}`, false);
    }
  }

  async function save() {
    clearTimeout(pause);
    pause = undefined;
    if (!changed || saving || form.dataset.sent) return;
    saving = send();
    await saving;
    saving = null;
    // Where a time is set already the rest goes then.
    if (changed && !pause) save();
  }

  form.addEventListener("input", (event) => {
    changed = true;
    if (!event.target.matches("textarea, input[type=text]")) return;
    // A draft is kept also while somebody goes on typing without a pause.
    if (isDraft && pause) return;
    later();
  });

  form.addEventListener("change", (event) => {
    if (event.target.matches("input[type=radio], input[type=checkbox], select")) save();
  });

  form.addEventListener("focusout", (event) => {
    // The button that is being pressed saves everything itself.
    if (event.relatedTarget?.matches("button")) return;
    if (event.target.matches("textarea, input[type=text]")) save();
  });

  // A page that is left, or a lid that is shut, may never come back.
  document.addEventListener("visibilitychange", () => {
    if (isDraft && document.hidden) save();
  });

  // Two saves must not race for the same version: the button waits for the one under way.
  form.addEventListener("submit", (event) => {
    clearTimeout(pause);
    pause = undefined;
    if (!saving) return;
    event.preventDefault();
    saving.then(() => form.requestSubmit(event.submitter ?? undefined));
  });
});
