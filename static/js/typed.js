// What is typed in a form stays in this tab until it was taken, and is offered back on the same page: a session that
// ended, a connection that failed or an answer that was refused loses nothing. Of every form that is posted, parts that
// come later included; only what differs from what the page said; per person, page and form. Never what is in a form
// with a password or a code, and of files only their names. Gone at sign-out, after some hours, and when another person
// signs in. Why so: docs/decisions/what-is-typed-stays-in-its-tab.md
(() => {
  const PREFIX = "typed:", HOURS = 12, SIGNED_OUT = "signed-out";
  const { person, notDone } = document.body.dataset;
  const page = () => location.pathname;
  let store, lastSignOut;
  try {
    store = window.sessionStorage;
    lastSignOut = Number(localStorage.getItem(SIGNED_OUT));
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
    return `${PREFIX}${page()} ${nameOf(form)} ${alike.indexOf(form)}`;
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
  const filesOf = (form) =>
    Object.fromEntries(
      [...form.elements].filter(({ files }) => files?.length).map(({ name, files }) => [name, [...files].map((f) => f.name)]),
    );
  // What the page said when it opened: a part that comes later can bring what was chosen there as its own.
  const opened = new Map();
  const changesIn = (form) => {
    const said = opened.get(keyOf(form)), changes = {};
    for (const [name, field] of fieldsOf(form)) {
      const [value, standing] = valuesOf(field);
      if (!same(value, said?.get(name) ?? standing)) changes[name] = value;
    }
    return changes;
  };
  // What was kept before and is not put back yet stays, under what is typed now.
  const pending = new Map(), lost = new Map();
  const keep = (form, sent) => {
    if (!person || !isKept(form)) return;
    const key = keyOf(form), values = { ...pending.get(key), ...changesIn(form) };
    const files = { ...lost.get(key), ...filesOf(form) };
    const isEmpty = !Object.keys(values).length && !Object.keys(files).length;
    if (isEmpty) forget([key]);
    else write(key, { person, page: page(), at: Date.now(), sent, values, files });
  };

  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => event.target.form && keep(event.target.form, false));
  }
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-signs-out]")) {
      forget(kept());
      localStorage.setItem(SIGNED_OUT, Date.now());
    } else if (!event.defaultPrevented) {
      // A button that goes elsewhere takes nothing of the form.
      keep(event.target, !event.submitter?.hasAttribute("formaction"));
    }
  });
  // Of a form that htmx sends the page stays: taken is what was answered with neither a fault nor a refusal.
  document.addEventListener("htmx:beforeOnLoad", ({ detail: { elt, xhr } }) => {
    if (elt.matches("form") && isKept(elt) && xhr.status < 400) forget([keyOf(elt)]);
  });
  // Another tab signed out.
  window.addEventListener("storage", (event) => event.key === SIGNED_OUT && forget(kept()));

  // --- a page that opens: what was sent was taken where it led on to this page, and this does not say otherwise ---

  const way = performance.getEntriesByType("navigation")[0];
  const isRefusal = document.querySelector(".messages :is(.alert--error, .alert--warning)") !== null;
  const isAnswerTo = (entry) =>
    entry.sent && person && notDone === undefined && way?.type !== "back_forward" &&
    document.referrer.split("?")[0] === location.origin + entry.page;
  for (const key of kept()) {
    const entry = read(key);
    const isOld = !entry || Date.now() - entry.at > HOURS * 3600 * 1000 || entry.at < lastSignOut;
    const isAnothers = person && entry?.person !== person;
    if (isOld || isAnothers || (isAnswerTo(entry) && way?.redirectCount && !isRefusal)) forget([key]);
    // Files that were sent arrived: what is wrong with them stands there.
    else write(key, { ...entry, sent: false, files: isAnswerTo(entry) ? {} : entry.files });
  }
  for (const hint of document.querySelectorAll("[data-kept]")) hint.hidden = !kept().length;
  const offer = document.getElementById("typed");
  if (!person || !offer) return;

  const formsHere = () => [...document.forms].filter(isKept);
  const known = new WeakSet();
  const remember = () => {
    for (const form of formsHere()) {
      if (known.has(form)) continue;
      known.add(form);
      // One that is drawn anew says what it said.
      const key = keyOf(form);
      if (!opened.has(key)) {
        opened.set(key, new Map([...fieldsOf(form)].map(([name, field]) => [name, valuesOf(field)[1]])));
      }
      const entry = read(key);
      if (!entry) continue;
      pending.set(key, entry.values);
      lost.set(key, entry.files);
    }
  };
  // Of a radio button only that it was chosen: choosing another one leaves it.
  const lacks = (field, value) =>
    value !== undefined && (field.type !== "radio" || value) && !same(value, valuesOf(field)[0]);
  const isLacking = (form) => {
    const values = pending.get(keyOf(form)) ?? {};
    return [...fieldsOf(form)].some(([name, field]) => lacks(field, values[name]));
  };
  const filesToChooseIn = (form) => {
    const chosen = filesOf(form);
    return Object.entries(lost.get(keyOf(form)) ?? {}).flatMap(([name, files]) => (chosen[name] ? [] : files));
  };
  const show = () => {
    const typed = formsHere().some(isLacking), files = formsHere().flatMap(filesToChooseIn);
    for (const part of offer.querySelectorAll("[data-typed]")) part.hidden = !typed;
    offer.querySelector("[data-files]").hidden = !files.length;
    offer.querySelector("[data-files] b").textContent = files.join(", ");
    offer.hidden = !typed && !files.length;
    if (offer.hidden) return;
    // What the eye finds on top is announced as well.
    const said = [...offer.querySelectorAll("p:not([hidden], .actions)")].map((part) => part.textContent.trim());
    document.getElementById("said").textContent = said.join(" ");
  };
  // What was filled in anew meanwhile stays.
  const putBack = () => {
    for (const form of formsHere()) {
      const values = pending.get(keyOf(form)) ?? {};
      for (const [name, field] of fieldsOf(form)) {
        if (lacks(field, values[name]) && !isChanged(field) && !isChosenAnew(field)) put(field, values[name]);
        delete values[name];
      }
    }
  };
  let isPutBack = false;
  offer.querySelector("[data-put-back]").addEventListener("click", () => {
    const form = formsHere().find(isLacking);
    isPutBack = true;
    putBack();
    show();
    ([...(form ? fieldsOf(form).values() : [])][0] ?? document.getElementById("main")).focus();
  });
  offer.querySelector("[data-forget-typed]").addEventListener("click", () => {
    pending.clear();
    lost.clear();
    for (const form of formsHere()) keep(form, false);
    show();
    document.getElementById("main").focus();
  });

  remember();
  show();
  document.addEventListener("change", ({ target }) => target.type === "file" && !offer.hidden && show());
  // A part that came: what appears only because of an answer is filled in once it is there, and what it brought is kept.
  let shownPage = page();
  document.addEventListener("htmx:afterSettle", ({ detail: { elt } }) => {
    remember();
    const isAnother = shownPage !== page();
    shownPage = page();
    if (isAnother) isPutBack = false;
    if (isPutBack) putBack();
    else if (offer.hidden || isAnother) show();
    if (elt.closest("form")) keep(elt.closest("form"), false);
  });
})();
