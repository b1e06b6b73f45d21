/** <copy-link data-done="Adresse copiée."> holds a hidden button; it copies data-text as it is, or data-url, or the page's address. */
class CopyLink extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", this);
  }
  async handleEvent() {
    const { toast } = await import("./toast.js");
    const text = this.dataset.text || new URL(this.dataset.url || location.href, location.href).href;
    try {
      await navigator.clipboard.writeText(text);
      toast(this.dataset.done || "Adresse copiée.", "success");
    } catch {
      toast(`À copier : ${text}`);
    }
  }
}
customElements.define("copy-link", CopyLink);
