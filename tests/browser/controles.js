// Measures taken in the page by tests/browser/controles.py; each answers a list of faults, in French.
const tous = (selecteur, racine = document) => [...racine.querySelectorAll(selecteur)];
const dit = (e) =>
  `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""} « ${(e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent || "").replace(/\s+/g, " ").trim().slice(0, 60)} »`;
const montre = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
const atteints = () =>
  tous("a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], [tabindex='0']", document.querySelector("dialog:modal") || document).filter(
    (e) => e.tabIndex >= 0 && !e.matches(":disabled") && montre(e) && !e.closest("[inert]"),
  );

function structure() {
  const fautes = [];
  const h1 = tous("h1").filter(montre).map((e) => e.textContent.replace(/\s+/g, " ").trim());
  if (h1.length !== 1) fautes.push(`${h1.length} titres h1 : ${h1}`);
  const titre = document.title.replace(/^Erreur : /, "");
  if (!titre.startsWith(h1[0])) fautes.push(`le titre « ${document.title} » ne commence pas par « ${h1[0]} »`);
  const enErreur = tous("#resume-erreurs, .champ-en-erreur").length > 0;
  if (enErreur !== document.title.startsWith("Erreur : ")) fautes.push(`titre « ${document.title} », erreurs : ${enErreur}`);
  if (document.documentElement.lang !== "fr") fautes.push(`langue « ${document.documentElement.lang} »`);
  const ids = tous("[id]").map((e) => e.id);
  ids.filter((id, rang) => ids.indexOf(id) !== rang).forEach((id) => fautes.push(`id en double : ${id}`));
  tous("[for], [aria-describedby], [aria-labelledby], [aria-controls]").forEach((e) => {
    const noms = ["for", "aria-describedby", "aria-labelledby", "aria-controls"].flatMap((n) => (e.getAttribute(n) || "").split(/\s+/));
    noms.filter((id) => id && !document.getElementById(id)).forEach((id) => fautes.push(`${dit(e)} nomme #${id}, qui n’existe pas`));
  });
  tous("a[href^='#']").forEach((e) => {
    const id = decodeURIComponent(e.getAttribute("href").slice(1));
    if (id && !document.getElementById(id)) fautes.push(`${dit(e)} mène à #${id}, qui n’existe pas`);
  });
  if (!document.querySelector("a.evitement") && document.querySelector("nav")) fautes.push("pas de lien d’évitement");
  tous("input[name*='mot_de_passe']").forEach((e) => {
    const nouveau = e.form?.querySelector("[name='confirmation_mot_de_passe']") && !e.name.endsWith("actuel");
    const voir = document.querySelector(`button[type=button][aria-pressed=false][data-voir="${e.id}"]`);
    const permis = e.type === "password" && !e.value && !e.readOnly && e.maxLength < 0 && !["onpaste", "oncopy", "ondrop"].some((n) => e[n]);
    if (!permis || e.autocomplete !== (nouveau ? "new-password" : "current-password")) fautes.push(`${dit(e)} : mot de passe mal demandé`);
    if (!voir) fautes.push(`${dit(e)} : ce mot de passe ne peut pas être montré`);
  });
  const texte = document.body.innerText;
  for (const [motif, nom] of [[/\{\{|\{%/, "reste de modèle"], [/\w'\w/, "apostrophe droite"], [/\bNone\b|\bundefined\b/, "valeur absente écrite telle quelle"]]) {
    const trouve = texte.match(motif);
    if (trouve) fautes.push(`${nom} : « ${texte.slice(Math.max(0, trouve.index - 25), trouve.index + 25).replace(/\s+/g, " ")} »`);
  }
  return fautes;
}

function typographie() {
  const texte = document.body.innerText;
  return [...texte.matchAll(/ [;:!?»](?=\s|$)|« /g)].map((m) => `espace sécable : « ${texte.slice(Math.max(0, m.index - 20), m.index + 15).replace(/\n/g, " ")} »`);
}

function foyer() {
  const fautes = [];
  const rendre = document.activeElement;
  const trace = (e) => {
    const s = getComputedStyle(e);
    return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor].join();
  };
  for (const e of atteints()) {
    if (document.activeElement === e) e.blur();
    const avant = trace(e);
    e.focus();
    if (document.activeElement !== e) {
      fautes.push(`${dit(e)} ne prend pas le foyer`);
      continue;
    }
    const s = getComputedStyle(e);
    const cerne = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
    if (!cerne || trace(e) === avant) fautes.push(`${dit(e)} : foyer invisible`);
    const r = e.getClientRects()[0];
    const [x, y] = [r.left + Math.min(r.width / 2, 20), r.top + Math.min(r.height / 2, 20)];
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) {
      fautes.push(`${dit(e)} : foyer hors de la fenêtre (${Math.round(x)}, ${Math.round(y)})`);
      continue;
    }
    const dessus = document.elementFromPoint(x, y);
    const sien = !dessus || e.contains(dessus) || dessus.contains(e) || [...(e.labels || [])].includes(dessus);
    if (!sien) fautes.push(`${dit(e)} est caché par ${dit(dessus)}`);
  }
  rendre.focus?.();
  scrollTo(0, 0);
  return fautes;
}

function resume() {
  const bloc = document.getElementById("resume-erreurs");
  if (!bloc) return [];
  const voulu = (location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))) || bloc;
  const fautes = [bloc, voulu].includes(document.activeElement) ? [] : [`le résumé des erreurs n’a pas le foyer, mais ${dit(document.activeElement)}`];
  for (const lien of tous("a[href^='#']", bloc)) {
    lien.click();
    const cible = document.getElementById(decodeURIComponent(lien.hash.slice(1)));
    const actif = document.activeElement;
    if (!cible || (actif !== cible && !cible.contains(actif))) fautes.push(`« ${lien.textContent} » ne mène pas à un champ`);
    const decrit = (actif?.getAttribute("aria-describedby") || actif?.closest("fieldset")?.getAttribute("aria-describedby") || "").split(" ");
    const message = decrit.map((id) => document.getElementById(id)?.textContent || "").join(" ");
    if (actif?.matches("input, select, textarea") && !message.includes(lien.textContent.trim()))
      fautes.push(`« ${lien.textContent} » n’est pas répété près de ${dit(actif)}`);
  }
  history.replaceState(null, "", location.pathname + location.search);
  bloc.focus();
  scrollTo(0, 0);
  return fautes;
}

function largeur() {
  const fautes = [];
  const ecran = innerWidth;
  const page = document.documentElement.scrollWidth;
  if (page > ecran) {
    const larges = tous("body *").filter((e) => montre(e) && e.getBoundingClientRect().right > ecran + 1 && !e.closest("svg"));
    fautes.push(`la page fait ${page} px sur ${ecran} : ${larges.slice(-3).map(dit)}`);
  }
  for (const e of tous("main *, header *, footer *")) {
    const s = getComputedStyle(e);
    if (!/hidden|clip/.test(s.overflowX) || s.clipPath !== "none" || s.position === "absolute" || !e.textContent.trim() || !montre(e)) continue;
    if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && !e.querySelector("svg.une-motif, .une-motif")) fautes.push(`texte coupé : ${dit(e)}`);
  }
  return fautes;
}

function arret() {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const r = e.getBoundingClientRect();
  const [x, y] = [Math.max(0, r.left - 8), Math.max(0, r.top - 8)];
  const cadre = { x, y, width: Math.min(innerWidth, r.right + 8) - x, height: Math.min(innerHeight, r.bottom + 8) - y };
  return { nom: dit(e), cadre, perimetre: r.width + r.height };
}

function ici() {
  const e = document.activeElement;
  const s = getComputedStyle(e);
  const r = e.getBoundingClientRect();
  const noms = [e.getAttribute("aria-label"), ...[...(e.labels || [])].map((l) => l.textContent), e.matches("select") ? "" : e.textContent];
  return {
    nom: (noms.find(Boolean) || "").replace(/\s+/g, " ").trim(),
    balise: e.tagName.toLowerCase(),
    cerne: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2,
    visible: r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth,
  };
}
