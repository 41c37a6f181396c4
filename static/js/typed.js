// What is typed in a form stays in this tab until it was taken, and is offered back on the same page: a session that
// ended or a connection that failed loses nothing. Kept per person and page, never a password, gone at sign-out.
(() => {
  const PREFIX = "typed:", HOURS = 12;
  const { person, notDone } = document.body.dataset;
  const page = location.pathname + location.search;

  const kept = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const forget = (keys) => keys.forEach((key) => sessionStorage.removeItem(key));
  const read = (key) => JSON.parse(sessionStorage.getItem(key));
  const write = (key, what) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(what));
    } catch {
      // No room, or not allowed: then the page works as without this file.
    }
  };

  // --- a form, and what somebody filled in there ---

  const SECRET = "[type=password], [autocomplete=one-time-code]";
  const UNTYPED = "[type=hidden], [type=file], [type=submit], [type=button]";
  const isKept = (form) => form.method === "post" && !form.querySelector(SECRET) && !form.matches("[data-signs-out]");
  const keyOf = (form) => `${PREFIX}${page} ${form.getAttribute("id") || form.getAttribute("action") || ""}`;
  const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
  const optionsOf = (field) => [...field.options].filter((option) => option.selected).map((option) => option.value);
  const valueOf = (field) => {
    if (isChoice(field)) return field.checked;
    return field.type === "select-multiple" ? optionsOf(field) : field.value;
  };
  const put = (field, value) => {
    if (isChoice(field)) field.checked = value;
    else if (field.type === "select-multiple") for (const option of field.options) option.selected = value.includes(option.value);
    else field.value = value;
    for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
  };
  // By name, those of one choice with their value, and more of one name numbered.
  const fieldsOf = (form) => {
    const found = new Map();
    for (const field of form.elements) {
      if (!field.name || field.tagName === "BUTTON" || field.matches(UNTYPED)) continue;
      const name = isChoice(field) ? `${field.name}=${field.value}` : field.name;
      let number = 0;
      while (found.has(`${name} ${number}`)) number++;
      found.set(`${name} ${number}`, field);
    }
    return found;
  };
  // Of a radio button only that it was chosen: choosing another one leaves it.
  const differs = (field, value) =>
    value !== undefined && (field.type !== "radio" || value) && JSON.stringify(value) !== JSON.stringify(valueOf(field));
  const keep = (form, sent) => {
    const fields = fieldsOf(form);
    if (!person || !fields.size || !isKept(form)) return;
    write(keyOf(form), {
      person, page, at: Date.now(), sent, values: Object.fromEntries([...fields].map(([name, field]) => [name, valueOf(field)])),
    });
  };

  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => event.isTrusted && event.target.form && keep(event.target.form, false));
  }
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-signs-out]")) {
      forget(kept());
      localStorage.setItem("signed-out", Date.now());
    } else keep(event.target, true);
  });
  // Another tab signed out.
  window.addEventListener("storage", (event) => event.key === "signed-out" && forget(kept()));

  // --- a page that opens: what was sent was taken where this page is the answer to it ---

  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const isAnswerTo = (entry) =>
    person && notDone === undefined && !isBack && document.referrer === location.origin + entry.page;
  for (const key of kept()) {
    const entry = read(key);
    const isOld = Date.now() - entry.at > HOURS * 3600 * 1000;
    const isAnothers = person && entry.person !== person;
    if (isOld || isAnothers || (entry.sent && isAnswerTo(entry))) forget([key]);
    else write(key, { ...entry, sent: false });
  }
  if (!person) return;

  const offered = [...document.forms]
    .filter((form) => isKept(form) && sessionStorage.getItem(keyOf(form)))
    .map((form) => ({ form, values: read(keyOf(form)).values }))
    .filter(({ form, values }) => [...fieldsOf(form)].some(([name, field]) => differs(field, values[name])));
  const offer = document.getElementById("typed");
  if (!offered.length || !offer) return;
  offer.hidden = false;

  const putBack = () => {
    for (const { form, values } of offered) {
      for (const [name, field] of fieldsOf(form)) {
        if (differs(field, values[name])) put(field, values[name]);
        delete values[name];
      }
    }
  };
  offer.querySelector("[data-put-back]").addEventListener("click", () => {
    offer.hidden = true;
    putBack();
    [...fieldsOf(offered[0].form).values()][0].focus();
    // What appears only because of an answer is filled in once it is there.
    document.addEventListener("htmx:afterSettle", putBack);
  });
  offer.querySelector("[data-forget-typed]").addEventListener("click", () => {
    offer.hidden = true;
    forget(offered.map(({ form }) => keyOf(form)));
  });
})();
