// Keys of a page: what bears data-key is pressed by it, and `?` shows them (dialog#keys). Nothing needs them; they are
// off while one types, and can be switched off in this browser (WCAG 2.1.4).
(() => {
  const OFF = "keys-off", TYPED = "input:not([type=checkbox], [type=radio]), textarea, select, dialog[open]";
  const dialog = document.getElementById("keys"), tick = dialog.querySelector("[data-keys]");
  try {
    tick.checked = !localStorage.getItem(OFF);
  } catch {
    // Not allowed: then it is as the page says.
  }
  tick.addEventListener("change", () => {
    if (tick.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  document.addEventListener("keydown", (event) => {
    if (!tick.checked || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(TYPED)) return;
    if (event.key === "?") dialog.showModal();
    const meant = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!meant) return;
    event.preventDefault();
    meant.focus();
    meant.click();
  });
})();
