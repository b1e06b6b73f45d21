/**
 * <around-me data-lon="#lon" data-lat="#lat"> holds a hidden button: it asks the device where it is, fills the two fields
 * with that place rounded to 3 decimals (about 100 m), and sends the form with data-submit; a place typed in the same form
 * is forgotten. Sends « around-me » with {lon, lat}. The position goes nowhere else.
 */
class AroundMe extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    if (!navigator.geolocation) return;
    this.button.hidden = false;
    this.button.addEventListener("click", this);
  }
  disconnectedCallback() { this.button.removeEventListener("click", this); }
  handleEvent() {
    this.button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.found(coords.longitude.toFixed(3), coords.latitude.toFixed(3)),
      (error) => this.failed(error),
      { timeout: 10000, maximumAge: 300000 },
    );
  }
  found(lon, lat) {
    this.button.removeAttribute("aria-busy");
    const form = this.closest("form");
    form?.querySelector("place-search")?.clear?.();
    for (const [key, value] of [["lon", lon], ["lat", lat]]) {
      const field = document.querySelector(this.dataset[key]);
      if (field) { field.disabled = false; field.value = value; }
    }
    this.dispatchEvent(new CustomEvent("around-me", { bubbles: true, detail: { lon: Number(lon), lat: Number(lat) } }));
    document.getElementById("status").textContent = "Position trouvée.";
    if (form && "submit" in this.dataset) form.requestSubmit();
  }
  async failed(error) {
    this.button.removeAttribute("aria-busy");
    const { toast } = await import("./toast.js");
    toast(error.code === error.PERMISSION_DENIED
      ? "Votre appareil n’a pas donné sa position. Écrivez plutôt le nom de votre commune."
      : "Votre position n’a pas été trouvée. Écrivez plutôt le nom de votre commune.", "warning");
  }
}
customElements.define("around-me", AroundMe);
