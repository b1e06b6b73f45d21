/** The card of what is selected on the map: beside the marker's map on a desk, a sheet of three heights on a phone. */

const SIZES = ["low", "middle", "high"];

/** Make the card, closed. `text` holds its words; `onclose` is told when it closes. */
export function makeCard(text, onclose) {
  const card = document.createElement("section");
  card.className = "map-card";
  card.hidden = true;
  card.tabIndex = -1;
  card.dataset.size = "middle";
  const tools = document.createElement("div");
  tools.className = "card-tools";
  const taller = button("▴", text.taller, "card-size", () => resize(1));
  const lower = button("▾", text.lower, "card-size", () => resize(-1));
  const shut = button("✕", text.close, "", () => close());
  tools.append(taller, lower, shut);
  const body = document.createElement("div");
  card.append(tools, body);
  card.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  function resize(step) {
    const next = SIZES[SIZES.indexOf(card.dataset.size) + step];
    if (next) card.dataset.size = next;
    taller.disabled = card.dataset.size === "high";
    lower.disabled = card.dataset.size === "low";
  }
  function close() {
    if (card.hidden) return;
    card.hidden = true;
    onclose();
  }
  /** Show `title` and `content` (nodes), with the focus when the keyboard asked. */
  function show(title, content, focus) {
    const heading = document.createElement("h2");
    heading.textContent = title;
    card.setAttribute("aria-label", title);
    body.replaceChildren(heading, ...content);
    card.hidden = false;
    if (focus) card.focus();
  }
  return { element: card, show, close };
}

function button(sign, label, className, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = sign;
  made.className = className;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}
