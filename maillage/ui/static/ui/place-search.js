/**
 * <place-search data-url="/api/v1/territories/search"> around a text field proposes places as one types (ARIA combobox).
 * The answer is a list of {kind, code, nom, context, lon, lat}. Choosing one writes its name in the field and fills the inputs
 * [data-place] inside: "lon", "lat", "nom", "kind", "code", or the name of a kind (commune, epci, qpv …), which takes the code;
 * those of the other kinds are emptied and disabled, as are those with data-kind for a place of another kind. It then sends « place-chosen » with the item, and the form if data-submit.
 * Without JavaScript the field is sent as it is.
 */
let made = 0;

class PlaceSearch extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=text],input[type=search],input:not([type])");
    this.list = document.createElement("ul");
    this.list.id = `places-${++made}`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.dataset.label || "Lieux proposés");
    this.list.hidden = true;
    this.append(this.list);
    const attributes = {
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id, autocomplete: "off",
    };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
    this.items = [];
    this.at = -1;
    this.input.addEventListener("input", this);
    this.input.addEventListener("keydown", this);
    this.addEventListener("focusout", this);
    this.list.addEventListener("pointerdown", this);
  }

  disconnectedCallback() {
    clearTimeout(this.wait);
    this.asking?.abort();
    this.list.remove();
  }

  handleEvent(event) {
    if (event.type === "input") this.typed();
    else if (event.type === "keydown") this.pressed(event);
    else if (event.type === "focusout") { if (!this.contains(event.relatedTarget)) this.close(); }
    else {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("[role=option]");
      if (option) this.choose([...this.list.children].indexOf(option));
    }
  }

  typed() {
    this.fill(null);
    clearTimeout(this.wait);
    const text = this.input.value.trim();
    if (text.length < 2) { this.close(); return; }
    this.wait = setTimeout(() => this.ask(text), 120);
  }

  async ask(text) {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const address = `${this.dataset.url}?${new URLSearchParams({ q: text })}`;
      const answer = await fetch(address, { signal: this.asking.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) { this.close(); return; }
      const found = await answer.json();
      this.show(Array.isArray(found) ? found : (found.items ?? []));
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // no network: the field still works as plain text
    }
  }

  show(items) {
    this.items = items;
    this.at = -1;
    this.list.replaceChildren(...items.map((item, index) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(item.nom);
      if (item.context) {
        const context = document.createElement("small");
        context.textContent = item.context;
        option.append(" ", context);
      }
      return option;
    }));
    this.list.hidden = items.length === 0;
    this.input.setAttribute("aria-expanded", String(items.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    const said = items.length === 0 ? "Aucun lieu de ce nom." : items.length === 1 ? "1 lieu proposé." : `${items.length} lieux proposés.`;
    const status = document.getElementById("status");
    if (status) status.textContent = said;
  }

  pressed(event) {
    const last = this.items.length - 1;
    if (event.key === "Escape" && !this.list.hidden) { event.preventDefault(); this.close(); }
    else if (event.key === "Enter" && this.at >= 0 && !this.list.hidden) { event.preventDefault(); this.choose(this.at); }
    else if (event.key === "ArrowDown" && last >= 0) { event.preventDefault(); this.list.hidden ? this.show(this.items) : this.move(this.at >= last ? 0 : this.at + 1); }
    else if (event.key === "ArrowUp" && last >= 0) { event.preventDefault(); this.move(this.at <= 0 ? last : this.at - 1); }
  }

  move(to) {
    this.list.children[this.at]?.setAttribute("aria-selected", "false");
    this.at = to;
    const option = this.list.children[to];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  choose(index) {
    const item = this.items[index];
    this.input.value = item.nom;
    this.fill(item);
    this.close();
    this.dispatchEvent(new CustomEvent("place-chosen", { bubbles: true, detail: item }));
    if ("submit" in this.dataset) this.input.form.requestSubmit();
  }

  /** Write a place, or nothing, in the inputs [data-place]. */
  fill(item) {
    for (const field of this.querySelectorAll("[data-place]")) {
      const key = field.dataset.place;
      const meant = item !== null && (field.dataset.kind ?? item.kind) === item.kind;
      const value = !meant ? "" : key === item.kind ? item.code : (item[key] ?? "");
      field.value = value;
      field.disabled = value === "";
    }
  }

  /** Forget what was typed or chosen. */
  clear() {
    this.input.value = "";
    this.fill(null);
    this.close();
  }

  close() {
    clearTimeout(this.wait);
    this.asking?.abort();
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
customElements.define("place-search", PlaceSearch);
