import { makeCard } from "./map-card.js";
import { nextGroup } from "./map-keyboard.js";
import { drawMark } from "./map-marks.js";
import { baseTiles, boxAround, svgTiles } from "./map-tiles.js";
import { makeTools } from "./map-tools.js";

const PLACES = ["commune", "epci", "departement", "region", "qpv", "lon", "lat", "rayon", "zone", "bbox"];
const LAST_ZOOM = 18;
const QPV_FROM_ZOOM = 9;
const NEAR = 0.00002; // degrees: coordinates come rounded
const BESIDE = "(min-width: 60.01rem)"; // the list stands beside the map

/**
 * <initiatives-map> makes the first view interactive: same bounds, same size, then the groups of where one goes.
 * The list beside it says the same; the map is one stop of the keyboard, whose arrows go from marker to marker, and
 * it never changes the list unasked.
 */
class InitiativesMap extends HTMLElement {
  connectedCallback() {
    this.stop = new AbortController();
    this.current = this.entry = null;
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
    this.search = this.searched();
    this.gridZoom = +this.dataset.zoom;
    const asked = this.firstGroups(); // at the same time as the library that will draw them
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
    const groups = await asked;
    if (groups) this.draw(groups);
    else await this.refresh();
    await drawn;
    this.dataset.ready = "";
  }

  /** The groups of what the first view shows; null when they could not be had. */
  async firstGroups() {
    const { lon, lat } = this.dataset;
    const box = boxAround(+lon, +lat, this.firstZoom(), this.clientWidth, this.clientHeight);
    return this.ask(box).then((found) => found.groups, () => null);
  }

  /** The zoom of the first view as it is scaled on this screen. */
  firstZoom() {
    return +this.dataset.zoom + Math.log2(this.querySelector(".first-view").getScreenCTM().a || 1);
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

  /** Show exactly what the first view shows. */
  takePlace() {
    this.map.setView([+this.dataset.lat, +this.dataset.lon], this.firstZoom(), { animate: false });
    this.map.options.zoomSnap = 1;
  }

  layers(L) {
    const base = baseTiles(L, this.dataset, { maxZoom: LAST_ZOOM });
    svgTiles(L, this.dataset.qpv, { minZoom: QPV_FROM_ZOOM, zIndex: 2 }).addTo(this.map);
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
    const point = ({ target }) => {
      if (target.closest?.(".map-mark")) this.entry = null; // the marker speaks for itself
      else this.highlight(target.closest?.("#results .entry[data-at]") ?? null);
    };
    for (const name of ["mouseover", "focusin"]) document.addEventListener(name, point, { signal });
    this.canvas.addEventListener("keydown", (event) => this.pressed(event), { capture: true });
    new ResizeObserver(() => this.map?.invalidateSize({ pan: false })).observe(this);
  }

  tools(L) {
    const text = this.dataset;
    this.card = makeCard({ close: text.textClose, taller: text.textTaller, lower: text.textLower }, () => {
      this.light(this.current);
      this.canvas.focus();
    });
    const tools = makeTools(L, this);
    this.here = tools.here;
    this.note = tools.note;
    this.append(tools.bar, this.card.element);
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

  /** The groups of the search in a box (degrees), as the server gives them; a later question cancels this one. */
  async ask(box) {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const query = new URLSearchParams(this.search);
    query.set("z", this.gridZoom);
    query.set("box", box.join(","));
    const answer = await fetch(`${this.dataset.groups}?${query}`, { signal: asking.signal });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  /** Draw the groups of the present view. */
  async refresh() {
    try {
      const found = await this.ask(this.box());
      this.draw(found.groups);
      this.parentElement.querySelector(".map-beside").textContent = found.note;
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
      marker.on("mouseover", () => this.light(group));
      marker.on("mouseout", () => this.light(this.current));
      marker.addTo(this.marks);
      group.marker = marker;
    }
    // the same marker stays chosen when the view moves under it
    this.current = this.current && groups.find(({ n, at }) => n === this.current.n && `${at}` === `${this.current.at}`);
    this.lit = undefined;
    this.light(this.current);
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
      this.current = null;
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
    query.set("bbox", [west - NEAR, south - NEAR, east + NEAR, north + NEAR].map((v) => v.toFixed(6)).join(","));
    try {
      const answer = await fetch(`${location.pathname}?${query}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(answer.status);
      const part = new DOMParser().parseFromString(await answer.text(), "text/html");
      const entries = [...part.querySelectorAll(".entry")].map((entry) => document.importNode(entry, true));
      for (const entry of entries) entry.removeAttribute("data-at");
      this.current = group;
      this.lit = undefined;
      this.light(group);
      this.card.show(group.n === 1 ? group.name : `${group.n} ${this.dataset.textHere}`, entries, true);
    } catch (error) {
      this.say(this.dataset.textFailed, error);
    }
  }

  /** The pointer or the focus is on a list entry (null: on none): its marker, or the group that holds it, shows. */
  highlight(entry) {
    if (!this.groups || this.entry === entry) return;
    this.entry = entry;
    if (entry) this.light(this.groups.find((group) => holds(group, entry)), [entry]);
    else this.light(this.current);
  }

  /** Show one group, and its entries in the list, larger; null: none. */
  light(group, entries) {
    if (this.lit === group && !entries) return;
    this.lit = group;
    for (const on of this.querySelectorAll(".map-mark[data-on]")) delete on.dataset.on;
    for (const on of document.querySelectorAll("#results .entry.on")) on.classList.remove("on");
    if (!group) return;
    const element = group.marker.getElement();
    if (element) element.dataset.on = group === this.current ? "chosen" : "";
    for (const entry of entries ?? this.entriesOf(group)) entry.classList.add("on");
  }

  entriesOf(group) {
    return [...document.querySelectorAll("#results .entry[data-at]")].filter((entry) => holds(group, entry));
  }

  /** Arrows go to the next marker that way, or move the map where there is none; Enter opens; Escape lets go. */
  pressed(event) {
    if (event.target !== this.canvas || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    let done = true;
    const pixel = (group) => this.map.latLngToContainerPoint([group.at[1], group.at[0]]);
    const next = nextGroup(this.groups ?? [], this.current, event.key, pixel, this.map.getSize());
    if (next) this.goTo(next);
    else if (event.key === "Enter" && this.current) this.choose(this.current);
    else if (event.key === "Escape" && this.current) this.goTo(null);
    else done = false;
    if (done) event.preventDefault();
    if (done) event.stopPropagation();
  }

  goTo(group) {
    this.current = group;
    this.entry = null;
    this.lit = undefined;
    this.light(group);
    document.getElementById("status").textContent = group?.name ?? "";
    if (!group) return;
    this.map.panInside([group.at[1], group.at[0]], { padding: [60, 60] });
    if (matchMedia(BESIDE).matches) this.entriesOf(group)[0]?.scrollIntoView({ block: "nearest" });
  }

  /** Bind the search to another place through its own form, which keeps the other filters, the address and the focus. */
  place(values) {
    const form = document.querySelector(".search-form");
    form.querySelector("place-search").clear();
    for (const [name, value] of Object.entries(values)) {
      const field = form.elements[name];
      field.value = value;
      field.disabled = false;
    }
    this.here.hidden = true;
    form.requestSubmit();
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

/** Whether a list entry lies within the bounds of a group. */
function holds({ box: [west, south, east, north] }, entry) {
  const [lon, lat] = entry.dataset.at.split(",").map(Number);
  return lon >= west - NEAR && lon <= east + NEAR && lat >= south - NEAR && lat <= north + NEAR;
}

customElements.define("initiatives-map", InitiativesMap);
