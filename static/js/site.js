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

  // What needs a clipboard shows only where there is one.
  const offerCopies = () => {
    for (const copier of navigator.clipboard ? document.querySelectorAll("[data-copies]") : []) copier.hidden = false;
  };
  offerCopies();
  on("htmx:afterSettle", offerCopies);

  // What went wrong, or what was asked for, gets the focus.
  const focusOn = (root) => root.querySelector?.("[data-focus]:not([data-still] *)")?.focus();
  focusOn(document);

  // A list that was filled anew begins at its beginning, also for who uses the keyboard.
  on("htmx:afterSettle", (event) => {
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

  // A form is sent once.
  on("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.getAttribute("aria-busy") === "true") event.preventDefault();
    else form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
  });

  // Say so when an answer stays away, or is another than what was asked for: what stands is never swapped for nothing.
  const failed = document.getElementById("failed");
  const sayFailed = () => {
    failed.hidden = false;
    failed.textContent = failed.dataset.text;
  };
  for (const type of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) on(type, sayFailed);
  on("htmx:beforeSwap", ({ detail }) => {
    const part = detail.requestConfig.elt.closest("[hx-select]")?.getAttribute("hx-select");
    if (!detail.shouldSwap || !part || part === "unset") return;
    if (new DOMParser().parseFromString(detail.serverResponse, "text/html").querySelector(part)) return;
    detail.shouldSwap = false;
    sayFailed();
  });
  on("htmx:beforeRequest", () => {
    failed.hidden = true;
  });
})();
