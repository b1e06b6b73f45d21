/** <theme-switch>: the form inside works alone; here it changes the colours without leaving the page. */
class ThemeSwitch extends HTMLElement {
  connectedCallback() { this.addEventListener("click", this); }
  disconnectedCallback() { this.removeEventListener("click", this); }
  handleEvent(event) {
    const button = event.target.closest("button[name=theme]");
    if (!button) return;
    event.preventDefault();
    const form = button.form;
    const theme = button.value;
    if (theme === "auto") delete document.documentElement.dataset.bsTheme;
    else document.documentElement.dataset.bsTheme = theme;
    for (const one of form.elements) if (one.name === "theme") one.setAttribute("aria-pressed", String(one === button));
    fetch(form.action, { method: "POST", body: new URLSearchParams({ theme, next: "/robots.txt" }), redirect: "manual" });
  }
}
customElements.define("theme-switch", ThemeSwitch);
