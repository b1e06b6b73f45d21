/**
 * <desk-keys> holds a list of referrals and its keys: j and k go down and up, x ticks, a accepts, r opens the refusal,
 * ? shows them. They are an extra: each does what a link or a button of the row does. [data-toggle] switches them off and
 * on (kept in this browser); they are silent while one writes, and with Ctrl, Alt or the Command key.
 */
const KEPT = "maillage.desk-keys";
class DeskKeys extends HTMLElement {
  connectedCallback() {
    this.toggle = this.querySelector("[data-toggle]");
    this.toggle.hidden = false;
    this.show(localStorage.getItem(KEPT) !== "off");
    this.toggle.addEventListener("click", this);
    document.addEventListener("keydown", this);
  }
  disconnectedCallback() { document.removeEventListener("keydown", this); }
  show(on) {
    this.on = on;
    this.toggle.setAttribute("aria-pressed", String(on));
    for (const one of this.querySelectorAll("[data-hint]")) one.hidden = !on;
  }
  handleEvent(event) {
    if (event.type === "click") {
      this.show(!this.on);
      localStorage.setItem(KEPT, this.on ? "on" : "off");
      return;
    }
    if (!this.on || event.ctrlKey || event.altKey || event.metaKey) return;
    const writes = event.target.closest("input:not([type=checkbox]),textarea,select,dialog,[contenteditable]");
    if (writes) return;
    const act = { j: () => this.step(1), k: () => this.step(-1), x: () => this.tick(), a: () => this.press("accept"),
      r: () => this.press("refuse"), "?": () => this.querySelector("dialog").showModal() }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
  get rows() { return [...this.querySelectorAll("tbody tr")]; }
  get here() { return this.rows.indexOf(document.activeElement.closest?.("tr")); }
  step(by) {
    const rows = this.rows, next = this.here < 0 ? (by > 0 ? 0 : rows.length - 1) : this.here + by;
    rows[Math.max(0, Math.min(rows.length - 1, next))]?.querySelector("th a").focus();
  }
  tick() {
    const box = this.rows[this.here]?.querySelector("input[type=checkbox]");
    if (box) box.checked = !box.checked;
  }
  press(what) { this.rows[this.here]?.querySelector(`[data-key="${what}"]`)?.click(); }
}
customElements.define("desk-keys", DeskKeys);
