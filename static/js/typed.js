// What is typed in a form stays in this tab until it was taken, and is offered back on the same page: a session that
// ended, a connection that failed or an answer that was refused loses nothing. Only what differs from what the page
// said; per person, page and form; never a password; gone at sign-out.
(() => {
  const PREFIX = "typed:", HOURS = 12;
  const { person, notDone } = document.body.dataset;
  const page = location.pathname;
  let store;
  try {
    store = window.sessionStorage;
  } catch {
    return; // Not allowed: then the page works as without this file.
  }

  const kept = () => Object.keys(store).filter((key) => key.startsWith(PREFIX));
  const forget = (keys) => keys.forEach((key) => store.removeItem(key));
  const read = (key) => {
    try {
      const entry = JSON.parse(store.getItem(key));
      return entry?.values ? entry : null;
    } catch {
      return null;
    }
  };
  const write = (key, entry) => {
    try {
      store.setItem(key, JSON.stringify(entry));
    } catch {
      // No room.
    }
  };

  // --- a form, and what somebody filled in there ---

  const SECRET = "[type=password], [autocomplete=one-time-code]";
  const UNTYPED = "[type=hidden], [type=file], [type=submit], [type=button]";
  const isKept = (form) => form.method === "post" && !form.querySelector(SECRET) && !form.matches("[data-signs-out]");
  // Forms that look alike are numbered.
  const nameOf = (form) => form.getAttribute("id") || (form.getAttribute("action") ?? "").split("?")[0];
  const keyOf = (form) => {
    const alike = [...document.forms].filter((one) => nameOf(one) === nameOf(form));
    return `${PREFIX}${page} ${nameOf(form)} ${alike.indexOf(form)}`;
  };
  const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
  const chosen = (field, how) => [...field.options].filter((option) => option[how]).map((option) => option.value);
  const VALUES = {
    checkbox: (field) => [field.checked, field.defaultChecked],
    radio: (field) => [field.checked, field.defaultChecked],
    "select-multiple": (field) => [chosen(field, "selected"), chosen(field, "defaultSelected")],
    "select-one": (field) => [field.value, chosen(field, "defaultSelected")[0] ?? field.options[0]?.value ?? ""],
  };
  // What stands in a field, and what the page put there.
  const valuesOf = (field) => (VALUES[field.type] ?? (({ value, defaultValue }) => [value, defaultValue]))(field);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const isChanged = (field) => !same(...valuesOf(field));
  const isChosenAnew = (field) =>
    field.type === "radio" && [...field.form.elements].some((other) => other.name === field.name && isChanged(other));
  const put = (field, value) => {
    for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (isChoice(field)) field.checked = value;
    else if (Array.isArray(value)) for (const option of field.options) option.selected = value.includes(option.value);
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
  const changesIn = (form) =>
    Object.fromEntries([...fieldsOf(form)].filter(([, field]) => isChanged(field)).map(([n, f]) => [n, valuesOf(f)[0]]));
  // What was kept before and is not put back yet stays, under what is typed now.
  const pending = new Map();
  const keep = (form, sent) => {
    if (!person || !isKept(form)) return;
    const key = keyOf(form), values = { ...pending.get(key), ...changesIn(form) };
    if (Object.keys(values).length) write(key, { person, page, at: Date.now(), sent, values });
    else forget([key]);
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

  // --- a page that opens: what was sent was taken where this page is the answer to it, and does not say otherwise ---

  const way = performance.getEntriesByType("navigation")[0];
  const isRefusal =
    notDone !== undefined || way?.responseStatus >= 400 || document.querySelector(".messages .alert--error") !== null;
  const isAnswerTo = (entry) =>
    person && !isRefusal && way?.type !== "back_forward" && document.referrer.split("?")[0] === location.origin + entry.page;
  for (const key of kept()) {
    const entry = read(key);
    const isOld = !entry || Date.now() - entry.at > HOURS * 3600 * 1000;
    const isAnothers = person && entry?.person !== person;
    if (isOld || isAnothers || (entry.sent && isAnswerTo(entry))) forget([key]);
    else write(key, { ...entry, sent: false });
  }
  if (!person) return;

  const forms = [...document.forms].filter(isKept);
  for (const form of forms) {
    const entry = read(keyOf(form));
    if (entry) pending.set(keyOf(form), entry.values);
  }
  // Of a radio button only that it was chosen: choosing another one leaves it.
  const lacks = (field, value) =>
    value !== undefined && (field.type !== "radio" || value) && !same(value, valuesOf(field)[0]);
  const offered = forms.filter((form) => {
    const values = pending.get(keyOf(form)) ?? {};
    return [...fieldsOf(form)].some(([name, field]) => lacks(field, values[name]));
  });
  const offer = document.getElementById("typed");
  if (!offered.length || !offer) return;
  offer.hidden = false;

  // What was filled in anew meanwhile stays.
  const putBack = () => {
    for (const form of offered) {
      const values = pending.get(keyOf(form)) ?? {};
      for (const [name, field] of fieldsOf(form)) {
        if (lacks(field, values[name]) && !isChanged(field) && !isChosenAnew(field)) put(field, values[name]);
        delete values[name];
      }
    }
  };
  offer.querySelector("[data-put-back]").addEventListener("click", () => {
    offer.hidden = true;
    putBack();
    [...fieldsOf(offered[0]).values()][0].focus();
    // What appears only because of an answer is filled in once it is there.
    document.addEventListener("htmx:afterSettle", putBack);
  });
  offer.querySelector("[data-forget-typed]").addEventListener("click", () => {
    offer.hidden = true;
    for (const form of offered) {
      pending.delete(keyOf(form));
      keep(form, false);
    }
  });
})();
