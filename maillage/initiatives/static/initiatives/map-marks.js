/** Markers as the server draws them in the first view: a ring of theme shares with a number, or a theme's own shape. */

const SVG = "http://www.w3.org/2000/svg";
const RING = 5;

function make(name, attributes = {}, children = []) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** The drawing of one group, centred on (0, 0). `colours` gives the colour of each theme's code. */
export function drawMark(group, colours) {
  const body = group.n === 1 ? single(group, colours) : ring(group, colours);
  const mark = make("g", { class: "mk" }, [make("title", {}, [group.name]), ...body]);
  return make("svg", { width: 1, height: 1, "aria-hidden": "true" }, [mark]);
}

function single(group, colours) {
  const code = group.themes[0]?.[0];
  if (!colours.has(code)) return [make("circle", { r: 9, fill: "#51606e", stroke: "#fff", "stroke-width": 2.5 })];
  return [make("use", { href: `#mk-${code}`, x: -17, y: -17, width: 34, height: 34 })];
}

function ring(group, colours) {
  let start = 0;
  const arcs = group.themes.map(([code, n]) => {
    const share = (100 * n) / group.n;
    const arc = make("circle", {
      r: group.r - RING / 2,
      pathLength: 100,
      stroke: colours.get(code) ?? "#51606e",
      "stroke-dasharray": `${share.toFixed(2)} 100`,
      "stroke-dashoffset": (-start).toFixed(2),
    });
    start += share;
    return arc;
  });
  const size = group.n < 100 ? 15 : group.n < 1000 ? 13 : 11.5;
  return [
    make("circle", { r: group.r + 2, fill: "#fff" }),
    make("g", { fill: "none", "stroke-width": RING, transform: "rotate(-90)" }, arcs),
    make(
      "text",
      { "text-anchor": "middle", dy: ".35em", "font-size": size, "font-weight": 700, fill: "#1b2430" },
      [group.short],
    ),
  ];
}
