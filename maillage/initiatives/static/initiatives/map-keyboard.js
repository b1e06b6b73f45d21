/** From marker to marker with the arrows, as one sees them: the nearest that way comes first. */

const TOWARDS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const ASIDE = 2; // a pixel to the side counts as two ahead

/**
 * The group to go to from `current` when `key` is pressed; undefined when there is none that way, or for another key.
 * `pixel(group)` says where a group is drawn on the map of this `size`. From nowhere, the nearest to the middle.
 */
export function nextGroup(groups, current, key, pixel, size) {
  const way = TOWARDS[key];
  if (!way) return undefined;
  const from = current ? pixel(current) : { x: size.x / 2, y: size.y / 2 };
  let next, least = Infinity;
  for (const group of groups) {
    if (group === current) continue;
    const at = pixel(group);
    const [dx, dy] = [at.x - from.x, at.y - from.y];
    const ahead = dx * way[0] + dy * way[1];
    const aside = Math.abs(dx * way[1] - dy * way[0]);
    if (current && (ahead <= 0 || aside > ASIDE * ahead)) continue;
    const far = current ? ahead + ASIDE * aside : Math.hypot(dx, dy);
    if (far < least) [next, least] = [group, far];
  }
  return next;
}
