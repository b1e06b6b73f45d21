/**
 * <place-picker> around the place fields of a form: the point by a click on a small map, its library fetched when the map is asked
 * for; an address chosen in the place search places it too. The fields `lon`, `lat`, `address`, `where` and `reach` say the
 * same, so the form works without it. By keyboard, the map's arrows move it and Enter places the point in its middle.
 */
const FRANCE = { lon: 2.5, lat: 46.6, zoom: 5 };
const CLOSE = 15;
const LOCAL = 12;
const QPV_FROM_ZOOM = 9;

class PlacePicker extends HTMLElement {
  connectedCallback() {
    for (const name of ["lon", "lat", "address", "where", "reach"]) this[name] = this.querySelector(`[name="${name}"]`);
    this.opener = this.querySelector("[data-open]");
    this.frame = this.querySelector(".picker-map");
    this.note = this.querySelector(".picker-said");
    this.opener.hidden = false;
    this.opener.addEventListener("click", () => this.open());
    this.addEventListener("place-chosen", ({ detail }) => this.chosen(detail));
    this.addEventListener("around-me", ({ detail }) => this.put(detail.lon, detail.lat));
    for (const field of [this.lon, this.lat]) field.addEventListener("change", () => this.show());
  }

  disconnectedCallback() {
    this.map?.remove();
    this.map = null;
  }

  /** An address is a point; another place only says where to look. */
  chosen(item) {
    const at = { lon: item.lon, lat: item.lat };
    if (item.kind === "adresse") {
      this.address.value = item.nom;
      this.put(at.lon, at.lat);
    } else {
      this.lon.value = this.lat.value = "";
      this.show();
      this.map?.setView([at.lat, at.lon], LOCAL);
    }
    this.seen = { ...at, zoom: item.kind === "adresse" ? CLOSE : LOCAL };
  }

  async open() {
    this.opener.disabled = true;
    try {
      const tiles = await import("./map-tiles.js");
      await Promise.all([import(this.dataset.leaflet), this.library()]);
      const start = await this.start();
      this.frame.hidden = this.note.hidden = false;
      this.opener.hidden = true;
      this.draw(globalThis.L, tiles, start);
    } catch {
      this.opener.disabled = false;
      this.say(this.dataset.textFailed);
    }
  }

  library() {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = this.dataset.leafletCss;
    return new Promise((done) => {
      sheet.onload = sheet.onerror = done;
      document.head.append(sheet);
    });
  }

  /** Where to look first: the point, the place chosen, what the field says, or France. */
  async start() {
    if (this.lon.value && this.lat.value) return { lon: +this.lon.value, lat: +this.lat.value, zoom: CLOSE };
    const text = this.where.value.replace(/\(.*\)/, "").trim();
    if (this.seen || !text) return this.seen ?? FRANCE;
    const answer = await fetch(`${this.dataset.search}?${new URLSearchParams({ q: text, limit: 1 })}`);
    const [found] = answer.ok ? await answer.json() : [];
    return found ? { lon: found.lon, lat: found.lat, zoom: LOCAL } : FRANCE;
  }

  draw(L, { baseTiles, svgTiles }, { lon, lat, zoom }) {
    this.map = L.map(this.frame, { attributionControl: false, zoomControl: false, minZoom: 4, maxZoom: 18 }).setView([lat, lon], zoom);
    L.control.zoom({ position: "topright", zoomInTitle: this.dataset.textIn, zoomOutTitle: this.dataset.textOut }).addTo(this.map);
    baseTiles(L, this.dataset, { maxZoom: 18 }).addTo(this.map);
    svgTiles(L, this.dataset.qpv, { minZoom: QPV_FROM_ZOOM, zIndex: 2 }).addTo(this.map);
    this.frame.setAttribute("role", "application");
    this.frame.setAttribute("aria-label", this.dataset.textMap);
    this.map.on("click", ({ latlng }) => this.put(latlng.lng, latlng.lat));
    this.frame.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== this.frame) return;
      event.preventDefault();
      const { lng, lat: middle } = this.map.getCenter();
      this.put(lng, middle);
    });
    this.frame.focus();
    this.say(this.dataset.textMap);
    this.show();
  }

  /** The point is there: in the fields, on the map, and in words. */
  async put(lon, lat) {
    this.lon.value = lon.toFixed(5);
    this.lat.value = lat.toFixed(5);
    this.reach.value = "local";
    this.show();
    const query = new URLSearchParams({ lon: this.lon.value, lat: this.lat.value });
    const answer = await fetch(`${this.dataset.locate}?${query}`).catch(() => null);
    const { commune } = answer?.ok ? await answer.json() : {};
    if (commune) {
      for (const field of this.querySelectorAll("[data-place]")) field.value = "";
      this.where.value = `${commune.nom} (${commune.code})`;
      this.say(`${this.dataset.textPut} ${commune.nom}.`);
    } else if (answer?.ok) this.say(this.dataset.textSea);
  }

  /** Draw the point that the fields hold. */
  show() {
    if (!this.map) return;
    this.mark?.remove();
    if (!this.lon.value || !this.lat.value) return;
    const L = globalThis.L;
    const at = [+this.lat.value, +this.lon.value];
    const icon = L.divIcon({ className: "picker-mark", html: this.querySelector("template").innerHTML, iconSize: [32, 40], iconAnchor: [16, 38] });
    this.mark = L.marker(at, { icon, draggable: true, keyboard: false }).addTo(this.map);
    this.mark.on("dragend", () => this.put(this.mark.getLatLng().lng, this.mark.getLatLng().lat));
    if (this.map.getBounds().contains(at)) this.map.panInside(at, { padding: [40, 40] });
    else this.map.setView(at, CLOSE);
  }

  say(sentence) {
    this.note.hidden = false;
    this.note.textContent = sentence;
  }
}

customElements.define("place-picker", PlacePicker);
