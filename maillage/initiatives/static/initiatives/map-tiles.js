/** The base map's tiles, drawn as SVG in the page: they follow its colours, its letters and its theme. */

/** The base map: the instance's raster tiles when it has set some (`raster`), else our own (`contours`). */
export function baseTiles(L, { raster, contours }, options) {
  // tile services ask which site their tiles are for; the rest of the address stays here
  const referrerPolicy = "strict-origin-when-cross-origin";
  return raster ? L.tileLayer(raster, { ...options, referrerPolicy }) : svgTiles(L, contours, { ...options, overlap: 1 });
}

/**
 * A Leaflet layer of SVG tiles. `address` has {z}, {x} and {y}; `minZoom` spares requests where there is nothing.
 * `overlap`: pixels drawn over the next tiles, so that no seam shows between two zooms; for opaque drawings only.
 */
export function svgTiles(L, address, options = {}) {
  const Layer = L.GridLayer.extend({
    createTile(coords, done) {
      const tile = document.createElement("div");
      tile.className = "map-tile";
      const stop = new AbortController();
      tile.stop = () => stop.abort();
      const url = address.replace("{z}", coords.z).replace("{x}", coords.x).replace("{y}", coords.y);
      fetch(url, { signal: stop.signal })
        .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.status))))
        .then((text) => {
          const drawing = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
          if (drawing.localName === "svg") tile.replaceChildren(widened(document.importNode(drawing, true), options.overlap ?? 0));
          done(null, tile);
        })
        .catch((error) => done(error, tile));
      return tile;
    },
  });
  const layer = new Layer({ updateWhenZooming: false, keepBuffer: 1, ...options });
  layer.on("tileunload", (event) => event.tile.stop?.());
  return layer;
}

function widened(drawing, overlap) {
  const side = 256 + overlap;
  drawing.setAttribute("viewBox", `0 0 ${side} ${side}`);
  drawing.setAttribute("width", side);
  drawing.setAttribute("height", side);
  return drawing;
}

/** West, south, east and north (degrees) of what a map of this size shows around a point, with a margin. */
export function boxAround(lon, lat, zoom, width, height, margin = 0.15) {
  const world = 256 * 2 ** zoom;
  const x = (lon + 180) / 360;
  const y = 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
  const [dx, dy] = [(width / world) * (0.5 + margin), (height / world) * (0.5 + margin)];
  const north = (at) => (360 / Math.PI) * Math.atan(Math.exp((0.5 - at) * 2 * Math.PI)) - 90;
  return [(x - dx) * 360 - 180, north(y + dy), (x + dx) * 360 - 180, north(y - dy)].map((v) => +v.toFixed(5));
}
