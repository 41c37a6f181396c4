// Small conveniences. Every page also works without this file.
(() => {
  const on = (type, act, options) => document.addEventListener(type, act, options);

  // Menus that lie over the page close when one leaves them.
  const floating = "details.popover[open]";
  on("click", (event) => {
    for (const open of document.querySelectorAll(floating)) {
      if (!open.contains(event.target)) open.open = false;
    }
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens)?.showModal();
    if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
    if (event.target.closest("[data-print]")) window.print();
    const copier = event.target.closest("[data-copies]");
    if (copier) {
      const text = document.getElementById(copier.dataset.copies).textContent.replace(/\s*\n\s*/g, "\n").trim();
      navigator.clipboard.writeText(text).then(() => {
        copier.textContent = copier.dataset.done;
      });
    }
  });
  on("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = [...document.querySelectorAll(floating)].pop();
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  // What needs a clipboard goes where there is none.
  if (!navigator.clipboard) for (const copier of document.querySelectorAll("[data-copies]")) copier.hidden = true;

  // What went wrong, or what was asked for, gets the focus.
  const focusOn = (root) => root.querySelector?.("[data-focus]:not([data-still] *)")?.focus();
  focusOn(document);

  // In a queue that scrolls by itself one sees where one is.
  const showCurrent = (root) =>
    root.querySelector?.(".review__queue ol [aria-current]")?.scrollIntoView({ block: "nearest" });
  showCurrent(document);

  // What unfolds to be filled in gets the focus.
  on("toggle", ({ target }) => target.matches(".review__why[open]") && target.querySelector("textarea").focus(), true);

  // What appears by itself is announced by a region that stays: one that is swapped itself is not heard.
  const SAID = "[data-said], .alert";
  on("htmx:afterSettle", ({ detail: { elt } }) => {
    const parts = [elt, ...elt.querySelectorAll(SAID)].filter((part) => part.matches(SAID));
    const words = parts.map((part) => part.dataset.said || part.textContent.trim()).join(" ");
    const said = document.getElementById("said");
    // Where nothing is said any more, what was said of the same part is over.
    if (!words && said.dataset.of !== elt.id) return;
    said.dataset.of = elt.id;
    if (words !== said.textContent) said.textContent = words;
  });

  // What sticks to the foot of the window covers nothing that has the focus: one scrolls up to above it.
  const measureFoot = () => {
    const heights = [...document.querySelectorAll(".value--follow, .review__answer, .reach")]
      .filter((part) => getComputedStyle(part).insetBlockEnd === "0px")
      .map((part) => part.offsetHeight);
    document.documentElement.style.setProperty("--foot", `${Math.max(0, ...heights)}px`);
  };
  measureFoot();
  for (const type of ["htmx:afterSettle", "toggle"]) on(type, measureFoot, true);
  window.addEventListener("resize", measureFoot);
  // By itself a browser shows only the line of a long field in which one types.
  on("focusin", ({ target }) => target.matches("textarea") && target.scrollIntoView({ block: "nearest" }));

  // A list that was filled anew begins at its beginning, also for who uses the keyboard.
  on("htmx:afterSettle", (event) => {
    showCurrent(event.detail.elt);
    focusOn(event.detail.elt);
    const list = document.getElementById("list");
    if (!list || event.detail.elt !== list) return;
    if (document.activeElement === document.body) list.focus({ preventScroll: true });
    if (list.getBoundingClientRect().top < 0) list.scrollIntoView();
  });

  // Filters that are empty stay out of the address.
  on("htmx:configRequest", (event) => {
    const { elt, formData } = event.detail;
    if (!elt.closest(".filter")) return;
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });

  // One box for all on the page.
  on("change", ({ target }) => {
    if (!target.dataset.checks) return;
    for (const box of document.getElementsByName(target.dataset.checks)) box.checked = target.checked;
  });

  // A form is sent once, and not into a void: without a connection the page stays, and says so.
  on("submit", (event) => {
    const form = event.target, sender = event.submitter;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.getAttribute("aria-busy") === "true") event.preventDefault();
    else form.setAttribute("aria-busy", "true");
    if (navigator.onLine || event.defaultPrevented || "isReached" in form.dataset) return;
    event.preventDefault();
    // A browser can be wrong about that.
    fetch(location.href, { method: "HEAD", cache: "no-store" }).then(
      () => {
        form.dataset.isReached = "";
        form.removeAttribute("aria-busy");
        form.requestSubmit(sender);
      },
      () => {
        form.removeAttribute("aria-busy");
        sayFailed(failed.dataset.offline);
        failed.focus();
      },
    );
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
  });

  // Say so when an answer stays away, or is another than what was asked for: what stands is never swapped for nothing.
  const failed = document.getElementById("failed");
  const sayFailed = (words) => {
    failed.hidden = false;
    failed.textContent = words;
  };
  for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    on(type, () => sayFailed(navigator.onLine ? failed.dataset.text : failed.dataset.offline));
  }
  window.addEventListener("online", () => {
    failed.hidden = true;
  });
  on("htmx:beforeSwap", ({ detail }) => {
    const part = detail.requestConfig.elt.closest("[hx-select]")?.getAttribute("hx-select");
    if (!detail.shouldSwap || !part || part === "unset") return;
    if (new DOMParser().parseFromString(detail.serverResponse, "text/html").querySelector(part)) return;
    detail.shouldSwap = false;
    sayFailed(failed.dataset.text);
  });
  // Of details of which one is open at a time, what goes does not close what comes.
  on("htmx:beforeSwap", ({ target }) => {
    for (const fold of target.querySelectorAll("details[name]")) fold.removeAttribute("name");
  });
  on("htmx:beforeRequest", () => {
    failed.hidden = true;
  });
})();
