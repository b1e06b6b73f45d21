import { makeCard } from "./map-card.js";
import { drawMark } from "./map-marks.js";
import { svgTiles } from "./map-tiles.js";
import { zoneTool } from "./map-zone.js";

const PLACES = ["commune", "epci", "departement", "region", "qpv", "lon", "lat", "rayon", "zone", "bbox"];
const LAST_ZOOM = 18;
const QPV_FROM_ZOOM = 9;

/**
 * <initiatives-map> makes the first view interactive: same bounds, same size, then the groups of where one goes.
 * The list beside it says the same; the map is one stop of the keyboard and never changes the list unasked.
 */
class InitiativesMap extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    const start = () => this.start().catch((error) => this.say(this.dataset.textFailed, error));
    // after the first view: never in its way
    const idle = () => (window.requestIdleCallback ?? setTimeout)(start, { timeout: 600 });
    if (document.readyState === "complete") idle();
    else addEventListener("load", idle, { once: true, signal: this.stop.signal });
  }

  disconnectedCallback() {
    this.stop.abort();
    this.asking?.abort();
    this.map?.remove();
    this.map = null;
  }

  async start() {
    await Promise.all([import(this.dataset.leaflet), this.style_()]);
    if (!this.isConnected || this.map) return;
    const L = globalThis.L;
    this.colours = new Map(this.dataset.themes.trim().split(" ").map((pair) => pair.split("=")));
    this.canvas = document.createElement("div");
    this.canvas.className = "map-canvas";
    this.querySelector(".first-view").after(this.canvas);
    this.map = L.map(this.canvas, {
      zoomControl: false,
      attributionControl: false,
      zoomSnap: 0,
      minZoom: 2,
      maxZoom: LAST_ZOOM,
      worldCopyJump: true,
      fadeAnimation: false,
    });
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", this.dataset.textLabel);
    this.takePlace();
    this.tools(L);
    const drawn = this.layers(L);
    this.marks = L.layerGroup().addTo(this.map);
    this.map.getPane("markerPane").setAttribute("aria-hidden", "true");
    this.map.on("zoomend", () => (this.gridZoom = Math.round(this.map.getZoom())));
    this.map.on("moveend", () => this.moved());
    this.listen();
    await Promise.all([this.refresh(), drawn]);
    this.dataset.ready = "";
  }

  /** Leaflet's own style sheet, asked for with it. */
  style_() {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = this.dataset.leafletCss;
    return new Promise((done) => {
      sheet.onload = sheet.onerror = done;
      document.head.append(sheet);
    });
  }

  /** Show exactly what the first view shows: its centre, and its zoom as it is scaled on this screen. */
  takePlace() {
    const { lon, lat, zoom } = this.dataset;
    const scale = this.querySelector(".first-view").getScreenCTM().a || 1;
    this.map.setView([+lat, +lon], +zoom + Math.log2(scale), { animate: false });
    this.map.options.zoomSnap = 1;
    this.gridZoom = +zoom;
    this.search = this.searched();
  }

  layers(L) {
    const { raster, contours, qpv } = this.dataset;
    const base = raster ? L.tileLayer(raster, { maxZoom: LAST_ZOOM }) : svgTiles(L, contours);
    svgTiles(L, qpv, { minZoom: QPV_FROM_ZOOM, zIndex: 2 }).addTo(this.map);
    return new Promise((done) => {
      base.once("load", done);
      setTimeout(done, 1500); // a tile that does not come must not hold the map back
      base.addTo(this.map);
    });
  }

  listen() {
    const signal = this.stop.signal;
    this.querySelector(".zoom").addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      event.preventDefault();
      if (link.classList.contains("go-in")) this.map.zoomIn();
      else if (link.classList.contains("go-out")) this.map.zoomOut();
    });
    this.querySelector(".overseas").addEventListener("click", (event) => {
      const link = event.target.closest("a[data-box]");
      if (!link) return;
      event.preventDefault();
      this.fit(link.dataset.box.split(",").map(Number));
    });
    for (const name of ["htmx:pushedIntoHistory", "htmx:afterSettle"])
      document.addEventListener(name, () => this.searchChanged(), { signal });
    // the map's answer is asked for at the same time as the list's, not after it
    const asked = (event) => {
      const form = event.detail.formData;
      if (event.target.matches?.(".search-form") && !form.get("lieu")) this.searchChanged(this.asked(form));
    };
    document.addEventListener("htmx:configRequest", asked, { signal });
    addEventListener("popstate", () => setTimeout(() => this.searchChanged(), 50), { signal });
    const point = (event) => this.highlight(event.target.closest?.(".entry[data-at]"));
    for (const name of ["mouseover", "focusin"]) document.addEventListener(name, point, { signal });
    new ResizeObserver(() => this.map?.invalidateSize({ pan: false })).observe(this);
  }

  tools(L) {
    const text = this.dataset;
    this.card = makeCard({ close: text.textClose, taller: text.textTaller, lower: text.textLower }, () => {
      this.highlight(null);
      this.canvas.focus();
    });
    const bar = document.createElement("div");
    bar.className = "map-tools";
    const zone = zoneTool(L, this.map);
    const tool = (label, act, main) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "map-tool";
      made.textContent = label;
      if (main) made.dataset.main = "";
      made.addEventListener("click", act);
      bar.append(made);
      return made;
    };
    this.here = tool(text.textZone, () => this.place({ bbox: this.box(0).join(",") }), true);
    const around = tool(text.textAround, () => this.aroundMe());
    const draw = tool(text.textDraw, () => drawing(true));
    const done = tool(text.textDone, () => {
      const wkt = zone.finish();
      drawing(false);
      if (wkt) this.place({ zone: wkt });
    }, true);
    const cancel = tool(text.textCancel, () => drawing(false));
    this.note = document.createElement("p");
    this.note.className = "map-note";
    this.note.setAttribute("role", "status");
    this.note.hidden = true;
    bar.append(this.note);
    const drawing = (on) => {
      this.drawing = on;
      around.hidden = draw.hidden = on;
      done.hidden = cancel.hidden = !on;
      if (on) this.here.hidden = true;
      if (on) zone.start();
      else zone.stop();
      this.say(on ? text.textDrawing : "");
    };
    drawing(false);
    this.here.hidden = true;
    this.append(bar, this.card.element);
  }

  /** What is searched, without what only concerns the list or the view. */
  searched() {
    return this.asked(new URLSearchParams(location.search));
  }

  asked(values) {
    const query = new URLSearchParams();
    for (const [name, value] of values) if (value && !["vue", "page", "tri", "lieu"].includes(name)) query.append(name, value);
    query.sort();
    return query.toString();
  }

  box(pad = 0.15) {
    const bounds = this.map.getBounds().pad(pad);
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((v) => +v.toFixed(5));
  }

  /** Ask for the groups of the present view and draw them; a later question cancels this one. */
  async refresh() {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const query = new URLSearchParams(this.search);
    query.set("z", this.gridZoom);
    if (!this.everywhere) query.set("box", this.box().join(","));
    try {
      const answer = await fetch(`${this.dataset.groups}?${query}`, { signal: asking.signal });
      if (!answer.ok) throw new Error(answer.status);
      const found = await answer.json();
      this.draw(found.groups);
      if (!this.drawing) this.say("");
      return found;
    } catch (error) {
      if (error.name !== "AbortError") this.say(this.dataset.textFailed, error);
      return null;
    }
  }

  draw(groups) {
    const L = globalThis.L;
    this.marks.clearLayers();
    this.groups = groups;
    for (const group of groups) {
      const html = drawMark(group, this.colours);
      const icon = L.divIcon({ html, className: "map-mark", iconSize: [1, 1] });
      const marker = L.marker([group.at[1], group.at[0]], { icon, keyboard: false, zIndexOffset: group.n === 1 ? 0 : 500 });
      marker.on("click", () => this.choose(group));
      marker.addTo(this.marks);
      group.marker = marker;
    }
  }

  moved() {
    if (!this.dataset.hasOwnProperty("ready")) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.refresh(), 60);
    if (!this.fitting && !this.drawing) this.here.hidden = false;
    this.fitting = false;
    const centre = this.map.getCenter();
    const url = new URL(location.href);
    url.hash = "";
    url.searchParams.set("vue", `${centre.lng.toFixed(5)},${centre.lat.toFixed(5)},${Math.round(this.map.getZoom())}`);
    history.replaceState(history.state, "", url); // « back » from a fiche finds the same view
  }

  /** The list answers another search: the groups follow, and the view when its place changed. */
  async searchChanged(now = this.searched()) {
    const before = new URLSearchParams(this.search);
    if (!this.map || now === this.search) return;
    this.search = now;
    this.card.close();
    const found = await this.refresh();
    const query = new URLSearchParams(now);
    const moved = PLACES.some((name) => before.get(name) !== query.get(name));
    if (found?.frame && moved) this.fit(found.frame);
    this.here.hidden = true;
  }

  fit([west, south, east, north]) {
    this.fitting = true;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds([[south, west], [north, east]], { animate: !still, maxZoom: 15 });
  }

  /** Zoom into a group while that parts it; else show what it holds. */
  choose(group) {
    if (this.drawing) return;
    const [west, south, east, north] = group.box;
    const L = globalThis.L;
    const inside = L.latLngBounds([[south, west], [north, east]]);
    const zoom = Math.min(this.map.getBoundsZoom(inside.pad(0.1)), 16);
    if (group.n > 1 && zoom > Math.round(this.map.getZoom()) && inside.getSouthWest().distanceTo(inside.getNorthEast()) > 40) {
      this.map.setView(inside.getCenter(), Math.round(zoom));
      return;
    }
    this.open(group);
  }

  /** The card of a group: the list's own entries, asked for its bounds. */
  async open(group) {
    const [west, south, east, north] = group.box;
    const query = new URLSearchParams(this.search);
    for (const name of PLACES) query.delete(name);
    const near = 0.00002;
    query.set("bbox", [west - near, south - near, east + near, north + near].map((v) => v.toFixed(6)).join(","));
    try {
      const answer = await fetch(`${location.pathname}?${query}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.status);
      const part = new DOMParser().parseFromString(await answer.text(), "text/html");
      const entries = [...part.querySelectorAll(".entry")].map((entry) => document.importNode(entry, true));
      for (const entry of entries) entry.removeAttribute("data-at");
      this.highlight(null);
      this.mark(group);
      this.card.show(group.n === 1 ? group.name : `${group.n} ${this.dataset.textHere}`, entries, true);
      const row = group.id && document.querySelector(`#results .entry[data-initiative="${group.id}"]`);
      row?.classList.add("on");
    } catch (error) {
      this.say(this.dataset.textFailed, error);
    }
  }

  /** Make the marker of a list entry (or the group that holds it) larger; null: none. */
  highlight(entry) {
    if (!this.groups || this.lit === entry) return;
    if (!entry && !this.card.element.hidden) return;
    this.lit = entry;
    for (const on of this.querySelectorAll(".map-mark[data-on]")) delete on.dataset.on;
    for (const on of document.querySelectorAll("#results .entry.on")) on.classList.remove("on");
    if (!entry) return;
    const [lon, lat] = entry.dataset.at.split(",").map(Number);
    const near = 0.00002;
    this.mark(
      this.groups.find(
        ({ box: [west, south, east, north] }) =>
          lon >= west - near && lon <= east + near && lat >= south - near && lat <= north + near,
      ),
    );
  }

  mark(group) {
    const element = group?.marker.getElement();
    if (element) element.dataset.on = "";
  }

  /** Bind the search to another place through its own form, which keeps the other filters, the address and the focus. */
  place(values) {
    const form = document.querySelector(".search-form");
    for (const input of form.querySelectorAll("input[type=hidden]")) if (PLACES.includes(input.name)) input.remove();
    const named = form.querySelector("[name=lieu]");
    if (named) named.value = "";
    for (const [name, value] of Object.entries(values)) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.append(input);
    }
    this.here.hidden = true;
    form.requestSubmit();
  }

  aroundMe() {
    navigator.geolocation?.getCurrentPosition(
      ({ coords }) => this.place({ lon: coords.longitude.toFixed(4), lat: coords.latitude.toFixed(4), rayon: "20" }),
      () => this.say(this.dataset.textNowhere),
      { timeout: 8000 },
    );
  }

  /** A line over the map; with an error, and a way to try again. */
  say(sentence, error) {
    if (!this.note) return;
    this.note.textContent = sentence;
    this.note.hidden = !sentence;
    if (!error) return;
    const retry = document.createElement("button");
    retry.type = "button";
    retry.className = "btn btn-link p-0 ms-2";
    retry.textContent = this.dataset.textRetry;
    retry.addEventListener("click", () => this.refresh());
    this.note.append(" ", retry);
  }
}

customElements.define("initiatives-map", InitiativesMap);
