/** Drawing a zone on the map, corner by corner. By keyboard, the zone is what the map shows (« Chercher dans cette zone »). */

/** A tool on `map`: `start()` listens to clicks, `finish()` gives the polygon as WKT or "", `stop()` forgets it. */
export function zoneTool(L, map) {
  let corners = [];
  let shape = null;
  const add = (event) => {
    corners.push(event.latlng);
    shape?.remove();
    shape = L.polygon(corners, { className: "map-drawn", interactive: false }).addTo(map);
  };
  return {
    start() {
      this.stop();
      map.on("click", add);
      map.getContainer().classList.add("drawing");
    },
    finish() {
      const ring = [...corners, corners[0]].map((at) => `${at.lng.toFixed(5)} ${at.lat.toFixed(5)}`);
      const wkt = corners.length > 2 ? `POLYGON((${ring.join(",")}))` : "";
      this.stop();
      return wkt;
    },
    stop() {
      map.off("click", add);
      map.getContainer().classList.remove("drawing");
      shape?.remove();
      corners = [];
      shape = null;
    },
  };
}
