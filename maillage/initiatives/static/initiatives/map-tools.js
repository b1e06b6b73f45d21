import { zoneTool } from "./map-zone.js";

/** The buttons over the map: search here, draw a zone; and the line that says what goes on. */
export function makeTools(L, owner) {
  const text = owner.dataset;
  const bar = document.createElement("div");
  bar.className = "map-tools";
  const zone = zoneTool(L, owner.map);
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
  const here = tool(text.textZone, () => owner.place({ bbox: owner.box(0).join(",") }), true);
  const draw = tool(text.textDraw, () => drawing(true));
  const done = tool(text.textDone, () => {
    const wkt = zone.finish();
    drawing(false);
    if (wkt) owner.place({ zone: wkt });
  }, true);
  const cancel = tool(text.textCancel, () => drawing(false));
  const note = document.createElement("p");
  note.className = "map-note";
  note.setAttribute("role", "status");
  note.hidden = true;
  bar.append(note);

  function drawing(on) {
    owner.drawing = on;
    draw.hidden = on;
    done.hidden = cancel.hidden = !on;
    if (on) here.hidden = true;
    if (on) zone.start();
    else zone.stop();
    owner.say(on ? text.textDrawing : "");
  }
  drawing(false);
  here.hidden = true;
  return { bar, here, note };
}
