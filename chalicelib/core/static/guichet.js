/* Guichet: small comforts over pages that work without them. No dependency, no storage, nothing inline. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const make = (tag, className = "", textContent = "") => Object.assign(document.createElement(tag), { className, textContent });
  const mega = (n) => (Math.ceil(n / 104857.6) / 10).toFixed(1).replace(".0", "").replace(".", ",");
  const size = (n) => (n < 1048064 ? `${Math.ceil(n / 1024)} ko` : `${mega(n)} Mo`);
  const plural = (n, word) => `${n.toLocaleString("fr-FR")} ${word}${n > 1 ? "s" : ""}`;

  const bubbles = () => all("details.infobulle[open]");
  // Summary of errors: takes the focus, unless the address names a field.
  const focusErrors = () => (byId(location.hash.slice(1)) || byId("resume-erreurs"))?.focus();
  // The title of the window says whether the page holds an error.
  const titleError = (on) => (document.title = (on ? "Erreur : " : "") + document.title.replace(/^Erreur : /, ""));

  // Leaving with unsaved input.
  let unsaved = false;
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  // A form is sent once. Buttons are not disabled: they carry values.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.matches("[data-depot]")) return;
    if (form.dataset.envoye) {
      event.preventDefault();
      return;
    }
    if (!form.target) {
      form.dataset.envoye = "1";
      setTimeout(() => delete form.dataset.envoye, 8000);
    }
    unsaved = false;
  });
  window.addEventListener("pageshow", () => all("[data-envoye]").forEach((form) => delete form.dataset.envoye));

  // Delegated clicks: password shown or hidden, documents to open, dialogs, printing.
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-voir], a[data-document], [data-dialogue], [data-fermer], [data-imprimer]");
    bubbles().forEach((d) => d.contains(event.target) || (d.open = false));
    if (!target) return;
    if (target.dataset.voir) {
      const shown = target.getAttribute("aria-pressed") !== "true";
      target.setAttribute("aria-pressed", shown);
      byId(target.dataset.voir).type = shown ? "text" : "password";
    } else if ("document" in target.dataset) {
      const row = target.closest(".document");
      const tag = row?.querySelector(".etat");
      const field = row?.querySelector("input[type=hidden]");
      if (field) field.value = "1";
      if (tag) {
        tag.className = "etat etat-succes";
        tag.querySelector("svg").innerHTML = '<path d="m5 12.5 4.5 4.5L19 7"/>';
        tag.lastElementChild.textContent = "Ouvert";
      }
    } else if ("imprimer" in target.dataset) {
      print();
    } else if (target.dataset.dialogue) {
      event.preventDefault();
      byId(target.dataset.dialogue).showModal();
    } else {
      const dialog = target.closest("dialog");
      if (dialog.open) {
        event.preventDefault();
        dialog.close();
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    bubbles().forEach((d) => {
      d.open = false;
      if (d.contains(document.activeElement)) d.querySelector("summary").focus();
    });
  });

  // What a form holds under a name.
  const values = (form, name) =>
    all("input, select, textarea", form)
      .filter((f) => f.name === name && (!/radio|checkbox/.test(f.type) || f.checked))
      .flatMap((f) => (f.selectedOptions ? [...f.selectedOptions].map((o) => o.value) : [f.value]));

  // [data-visible-si="nom=a|b"]: parts that depend on an answer.
  const showParts = (form) =>
    all("[data-visible-si]", form).forEach((part) => {
      const [name, wanted] = part.dataset.visibleSi.split("=");
      const held = values(form, name);
      const shown = held.some((v) => (wanted === "*" ? v : wanted.split("|").includes(v)));
      if (shown && part.hidden && part.matches("details")) part.open = true; // what was just asked for is seen at once
      part.hidden = !shown;
      const fields = part.matches("option, optgroup") ? [part] : all("input, select, textarea, button", part);
      fields.forEach((f) => (f.disabled = !!f.closest("[data-visible-si][hidden]")));
      const list = part.closest("select");
      if (list && part.hidden && part.contains(list.selectedOptions[0])) list.value = "";
    });

  // [data-identique="source:cible"]: a box that copies one field into another.
  const copySame = (form) =>
    all("[data-identique]", form).forEach((box) => {
      const [source, target] = box.dataset.identique.split(":").map(byId);
      if (!source || !target) return;
      if (box.checked) target.value = source.value;
      target.readOnly = box.checked;
    });

  // [data-communes]: a postal code proposes its communes.
  const communes = async (field) => {
    const target = byId(field.dataset.communesCible);
    const code = field.value.replace(/[\s.-]/g, "");
    if (!target || !/^\d{5}$/.test(code) || field.dataset.lu === code) return;
    field.dataset.lu = code;
    try {
      const answer = await fetch(`${field.dataset.communes}?code_postal=${code}`);
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const options = all("option", page).map((o) => new Option(o.textContent, o.value));
      const before = target.value;
      target.replaceChildren(...options);
      options.forEach((o) => (o.selected = o.value === before));
      const town = document.querySelector(`input[list="${target.id}"]`);
      if (town && !town.value && options.length === 1) town.value = options[0].value;
    } catch {
      delete field.dataset.lu;
    }
  };

  // [data-propositions="/url" data-propositions-cible="id"]: what is typed proposes answers, where these are shown.
  let asking;
  const propose = (field) => {
    clearTimeout(asking);
    const target = byId(field.dataset.propositionsCible);
    const text = field.value.trim();
    if (target.closest("[hidden]")) return;
    if (text.length < 3) return target.replaceChildren();
    const href = `${field.dataset.propositions}?q=${encodeURIComponent(text)}`;
    const how = { source: field, target, swap: "innerHTML", select: "[data-recherche]" };
    asking = setTimeout(() => window.htmx.ajax("GET", href, how), 400);
  };

  // [data-remplir="prefixe"]: a choice fills the fields whose ids begin so; without a script, its button sends the form.
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-remplir] button");
    if (!choice) return;
    event.preventDefault();
    const { remplir } = choice.closest("[data-remplir]").dataset;
    const fields = Object.entries(JSON.parse(choice.value)).map(([name, value]) =>
      Object.assign(byId(remplir + name), { value }),
    );
    unsaved = true;
    const done = make("p", "", "Les champs connus sont remplis : vérifiez-les, complétez-les s’il y a lieu, puis enregistrez.");
    choice.closest("[data-recherche]").replaceChildren(done);
    fields[0].focus();
    say(done.textContent, 0);
  });

  // Counted texts.
  const counter = (area) => {
    const line = byId(`${area.id}-compteur`);
    if (!line) return;
    const left = area.dataset.maximum - area.value.length;
    line.textContent = plural(Math.abs(left), "caractère") + (left < 0 ? " de trop." : left > 1 ? " restants." : " restant.");
    line.classList.toggle("depasse", left < 0);
  };
  const spoken = make("div", "visually-hidden");
  spoken.setAttribute("role", "status");
  let speaking;
  const say = (text, wait = 1200) => {
    clearTimeout(speaking);
    speaking = setTimeout(() => (spoken.textContent = text), wait);
  };

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset.textes) {
      const area = byId(field.dataset.textesCible);
      const ready = JSON.parse(field.dataset.textes);
      const typed = Object.values(ready).includes(area.value) ? "" : area.value;
      if (ready[field.value]) area.value = typed ? `${typed.trimEnd()}\n\n${ready[field.value]}` : ready[field.value];
      counter(area);
    }
    if (field.dataset.maximum) {
      counter(field);
      say(byId(`${field.id}-compteur`)?.textContent || "");
    }
    if (field.form) {
      unsaved ||= field.form.matches("[data-avertir]");
      copySame(field.form);
      showParts(field.form);
    }
    if (field.dataset.communes) communes(field);
    if (field.dataset.propositions) propose(field);
  });

  // A part of a page that does not come.
  const failed = (event) => {
    const asker = event.detail.elt;
    if (asker.nextElementSibling?.matches(".erreur")) return;
    const text = "La demande n’a pas abouti. Attendez un instant, puis réessayez.";
    asker.after(make("p", "erreur", text));
    say(text, 0);
  };
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  // Files: sent as soon as chosen, with progress, cancel, retry.
  const upload = (form) => {
    const input = form.querySelector("input[type=file]");
    const errors = form.querySelector(".erreur");
    const button = form.querySelector("[type=submit]");
    const { formats, suite } = form.dataset;
    const most = Number(form.dataset.tailleMax);
    const tooBig = `Choisissez un fichier de ${size(most)} au maximum.`;
    let box;
    const fail = (text, again) => {
      box?.remove();
      errors.replaceChildren(make("p", "", text));
      form.classList.add("champ-en-erreur");
      input.setAttribute("aria-invalid", "true");
      titleError(true);
      button.hidden = !again;
      if (again) button.textContent = "Réessayer";
      else input.value = ""; // so that choosing the same file again is seen
      say(text, 0);
    };
    const refuse = (file) => {
      const types = formats.split(",");
      if (!file) return "Choisissez un fichier.";
      if (!types.includes(file.name.split(".").pop().toLowerCase()))
        return `Ce format n’est pas accepté. Choisissez un fichier ${types.join(", ").toUpperCase()}.`;
      if (!file.size) return "Ce fichier est vide. Choisissez-en un autre.";
      return file.size > most ? `Ce fichier pèse ${size(file.size)}. ${tooBig}` : "";
    };
    const send = () => {
      const file = input.files[0];
      const refusal = refuse(file);
      if (refusal) return fail(refusal);
      errors.replaceChildren();
      form.classList.remove("champ-en-erreur");
      input.removeAttribute("aria-invalid");
      titleError(false);
      const request = new XMLHttpRequest();
      request.onloadend = () => (input.disabled = false);
      const bar = make("progress");
      const line = make("p", "", `Envoi de ${file.name}…`);
      const cancel = make("button", "bouton bouton-lien", "Annuler l’envoi");
      cancel.type = "button";
      Object.assign(bar, { max: file.size, value: 0 });
      bar.setAttribute("aria-label", line.textContent);
      box?.remove();
      box = make("div", "depot-suivi");
      box.append(line, cancel, bar);
      form.append(box);
      button.hidden = true;
      const body = new FormData(form);
      // A script may not follow the store's redirection to another origin: it sends the policy that asks for none.
      const own = JSON.parse(form.dataset.champs || "{}");
      if (own.policy) body.delete("success_action_redirect");
      for (const name in own) body.set(name, own[name]);
      body.set("x-amz-meta-nom", encodeURIComponent(file.name.slice(-150)));
      body.delete("file");
      body.append("file", file);
      input.disabled = true;
      let whole = false;
      const done = () => {
        line.textContent = "Fichier reçu. Vérification en cours…";
        cancel.remove();
        location.assign(suite);
      };
      request.upload.onprogress = (event) => {
        const sent = Math.min(event.loaded, file.size);
        bar.value = sent;
        line.textContent = `${size(sent)} sur ${size(file.size)}`;
      };
      request.upload.onload = () => (whole = true);
      request.onload = () => {
        if (request.status < 400) done();
        else if (/EntityTooLarge/.test(request.responseText)) fail(tooBig);
        else fail("Le fichier n’a pas pu être déposé. Actualisez la page, puis réessayez.", true);
      };
      // Once all is sent, the next page knows what became of it.
      request.onerror = () => {
        if (whole) done();
        else fail("L’envoi s’est interrompu. Vérifiez votre connexion, puis réessayez.", true);
      };
      request.onabort = () => {
        box.remove();
        input.value = "";
        input.disabled = false;
        input.focus();
        say("Envoi annulé.", 0);
      };
      cancel.onclick = () => request.abort();
      request.open("POST", form.action);
      request.send(body);
      say(line.textContent, 0);
    };
    button.hidden = true;
    input.addEventListener("change", () => input.files.length && send());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
  };

  // End of the session: told 150 seconds before, unless another tab keeps it alive.
  const watchSession = () => {
    const { sessionFin, sessionProlonger } = document.body.dataset;
    const dialog = byId("session-fin");
    if (!sessionFin || !dialog) return;
    const [soon, over] = dialog.children;
    const [count, limit] = all("strong, [data-session-limite]", soon);
    const tabs = new BroadcastChannel("session");
    let end;
    const lives = (seconds) => {
      end = Date.now() + seconds * 1000;
      if (seconds <= 150) return;
      delete soon.dataset.vu;
      if (over.hidden) dialog.close();
    };
    const tick = () => {
      const left = Math.round((end - Date.now()) / 1000);
      if (left > 150) return;
      if (!soon.dataset.vu) dialog.showModal();
      soon.dataset.vu = "1";
      count.textContent = left < 60 ? plural(Math.max(left, 0), "seconde") : plural(Math.floor(left / 60), "minute");
      if (left > 0) return;
      soon.hidden = true;
      over.hidden = false;
      if (!dialog.open) dialog.showModal();
      clearInterval(timer);
    };
    const timer = setInterval(tick, 1000);
    dialog.querySelector("[data-session-rester]").onclick = async () => {
      try {
        const answer = await fetch(sessionProlonger, { cache: "no-store" });
        if (!answer.ok) throw answer.status;
        const seconds = answer.redirected ? 0 : Number(await answer.text());
        lives(seconds);
        tabs.postMessage(seconds);
        limit.hidden = seconds > 150;
      } catch {
        say("La connexion ne répond pas. Réessayez.", 0);
      }
    };
    tabs.onmessage = (event) => lives(event.data);
    tabs.postMessage(Number(sessionFin));
    lives(Number(sessionFin));
  };

  // form[data-choisir]: a box that chooses every line of the table, and how many are chosen.
  const choose = (form, told) => {
    const bar = form.querySelector("[data-choisir-tout]");
    const [whole, ...lines] = all("input[type=checkbox]", form);
    if (told === whole) lines.forEach((line) => (line.checked = whole.checked));
    const n = lines.filter((line) => line.checked).length;
    whole.checked = n === lines.length;
    whole.indeterminate = n > 0 && !whole.checked;
    bar.hidden = false;
    bar.lastElementChild.textContent = n ? `${plural(n, "demande")} ${n > 1 ? "choisies" : "choisie"}.` : "Aucune demande choisie.";
    if (told) say(bar.lastElementChild.textContent, 400);
  };
  const chooseAgain = () => all("form[data-choisir]").forEach((form) => choose(form));
  document.addEventListener("change", (event) => {
    if (event.target.form?.matches("[data-choisir]")) choose(event.target.form, event.target);
  });
  window.addEventListener("pageshow", chooseAgain); // what the browser put back

  const start = (root) => {
    all("[data-voir], [data-imprimer]", root).forEach((b) => (b.hidden = false));
    all("[data-sans-script]", root).forEach((part) => (part.hidden = true));
    all("[data-maximum]", root).forEach(counter);
    all("form[data-depot]", root).forEach(upload);
    all("form", root).forEach((form) => {
      unsaved ||= form.matches("[data-modifie]");
      copySame(form);
      showParts(form);
    });
  };
  document.body.append(spoken);
  start(document);
  focusErrors();
  watchSession();
  document.addEventListener("htmx:load", (event) => {
    if (event.target === document.body) return;
    start(event.target);
    const told = event.target.querySelector("[data-dire]");
    if (told) say(told.textContent, 0);
    if (event.target.querySelector?.("#resume-erreurs")) focusErrors();
  });
})();
