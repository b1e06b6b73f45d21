/** <copy-link data-done="Adresse copiée"> holds a hidden button; it copies data-url, or the page's address. */
class CopyLink extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", this);
  }
  async handleEvent() {
    const { toast } = await import("./toast.js");
    const address = new URL(this.dataset.url || location.href, location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      toast(this.dataset.done || "Adresse copiée.", "success");
    } catch {
      toast(`Copiez cette adresse : ${address}`);
    }
  }
}
customElements.define("copy-link", CopyLink);
