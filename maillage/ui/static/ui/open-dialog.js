/**
 * <open-dialog> holds a link or button [data-open] and a <dialog>. The link leads to a page that does the same without
 * JavaScript. [data-close] buttons and a click beside the dialog close it; the focus goes back to the opener.
 */
class OpenDialog extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    this.querySelector("[data-open]")?.setAttribute("aria-haspopup", "dialog");
  }
  disconnectedCallback() { this.removeEventListener("click", this); }
  handleEvent(event) {
    const dialog = this.querySelector("dialog");
    if (event.target.closest("[data-open]")) {
      event.preventDefault();
      dialog.showModal();
    } else if (event.target.closest("[data-close]") || event.target === dialog) {
      dialog.close();
    }
  }
}
customElements.define("open-dialog", OpenDialog);
