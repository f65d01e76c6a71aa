/** Copy buttons next to samples of code: each copies the text of the `pre` in its own box. Samples get the address of the site. */
(function () {
  "use strict";
  const samples = /** @type {HTMLElement | null} */ (document.querySelector("[data-base]"));
  // A page that was opened as a file has no address that other programs could load.
  if (samples && /^https?:$/u.test(location.protocol)) {
    const base = samples.dataset.base || "", own = new URL(".", location.href).href;
    for (const code of samples.querySelectorAll("pre code")) code.textContent = (code.textContent || "").replaceAll(base, () => own);
    /** @type {HTMLElement} */ (document.getElementById("base-note")).hidden = true;
  }
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button.copy"))) {
    const words = button.textContent;
    button.addEventListener("click", async () => {
      const code = /** @type {HTMLElement} */ (button.parentElement?.querySelector("pre"));
      button.textContent = (await copy(code) ? button.dataset.done : button.dataset.failed) || "";
      setTimeout(() => { button.textContent = words; }, 2000);
    });
  }

  /** Copies an element's text. Where the clipboard is closed to scripts, the text is selected for the reader instead. @param {HTMLElement} element */
  async function copy(element) {
    try {
      await navigator.clipboard.writeText(element.textContent || "");
      return true;
    } catch {
      getSelection()?.selectAllChildren(element);
      return document.execCommand("copy");
    }
  }
  document.documentElement.classList.add("live");
})();
