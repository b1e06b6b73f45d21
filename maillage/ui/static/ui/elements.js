/** The site's custom elements, each fetched only where the page has one, and htmx only where something asks for it. */
const modules = {
  "place-search": () => import("./place-search.js"),
  "around-me": () => import("./around-me.js"),
  "copy-link": () => import("./copy-link.js"),
  "theme-switch": () => import("./theme-switch.js"),
  "open-dialog": () => import("./open-dialog.js"),
  "close-button": () => import("./close-button.js"),
};
const HTMX = "[hx-get],[hx-post],[hx-put],[hx-delete],[hx-patch],[hx-boost],[data-hx-get],[data-hx-post]";
const me = document.querySelector("script[data-htmx]");
let htmxAsked = false;

/** Fetch what the elements under `root` need. */
function wake(root) {
  for (const [tag, load] of Object.entries(modules)) {
    if (!customElements.get(tag) && root.querySelector(tag)) load();
  }
  if (!htmxAsked && me && root.querySelector(HTMX)) {
    htmxAsked = true;
    const script = document.createElement("script");
    script.src = me.dataset.htmx;
    // between DOMContentLoaded and load, htmx would wait for an event that is gone
    if (document.readyState === "complete") document.head.append(script);
    else addEventListener("load", () => document.head.append(script), { once: true });
  }
}

/** What was ticked before htmx was there counts too. */
document.addEventListener("htmx:load", () => {
  const boxes = [...document.querySelectorAll("form[hx-get] input[type=checkbox]")];
  boxes.find((box) => box.checked !== box.defaultChecked)?.dispatchEvent(new Event("change", { bubbles: true }));
}, { once: true });

wake(document);
document.addEventListener("htmx:afterSettle", (event) => wake(event.target.parentNode ?? document));

/** Menus of the header: Escape and a click elsewhere close them. */
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details:is(.menu,.account)[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details:is(.menu,.account)[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

/** An error summary takes the focus, so that it is read first. */
document.getElementById("erreurs")?.focus();

/** What failed shows in the page, never in an alert. */
async function told(level, text) {
  const { toast } = await import("./toast.js");
  toast(text, level);
}
document.addEventListener("htmx:responseError", (event) => {
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  told("error", page.querySelector("[data-error-message]")?.textContent.trim() ||
    "La page n’a pas pu être mise à jour. Rechargez-la, puis essayez encore.");
});
document.addEventListener("htmx:sendError", () => told("error", "Le réseau ne répond pas. Ce que vous voyez date d’avant."));

/** Offline: say so, and say when it is over. */
function network() {
  const shown = document.querySelector(".offline");
  if (navigator.onLine) { shown?.remove(); return; }
  if (shown) return;
  const line = document.createElement("p");
  line.className = "offline mb-0";
  line.setAttribute("role", "status");
  line.textContent = "Vous êtes hors ligne. Ce qui est affiché reste lisible ; le reste reviendra avec le réseau.";
  document.body.append(line);
}
addEventListener("online", network);
addEventListener("offline", network);
