"""What is asked of every page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import Page

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# the rules whose answer depends on colours: more than half of what axe takes, and all that a theme can change
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
RUN_AXE = """async ({tags, only, without}) => {
  const found = await axe.run(document, {
    runOnly: only ? {type: "rule", values: only} : {type: "tag", values: tags},
    rules: Object.fromEntries(without.map(rule => [rule, {enabled: false}])),
    resultTypes: ["violations"],
  });
  return found.violations.map(v => `${v.id}: ${v.help}` + v.nodes.slice(0, 4).map(n => `\\n    ${n.target.join(" ")}  ${n.html.slice(0, 160)}  ${(n.any[0] || n.all[0] || n.none[0] || {}).message || ""}`).join(""));
}"""
# at each key, looks at what has had the focus since the one before: whether it shows it
WATCH_FOCUS = """() => {
  const walk = window.focusWalk = {hidden: [], left: false, keys: 0};
  walk.look = () => {
    const e = document.activeElement;
    if (walk.keys++ === 0 || walk.left) return;
    if (!e || e === document.body) { walk.left = true; return; }
    const around = [e, e.closest(".choice"), e.closest("label"), e.querySelector(".mk")].filter(Boolean);
    const shown = around.some(one => {
      const style = getComputedStyle(one);
      return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5) || style.boxShadow !== "none";
    });
    if (!shown) walk.hidden.push(`${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}${e.className && e.className.baseVal === undefined ? "." + e.className : ""} ${(e.textContent || e.value || "").trim().slice(0, 40)}`);
  };
  window.addEventListener("keydown", walk.look, true);
}"""
STOPS_AT_ONCE = 15


@lru_cache(maxsize=1)
def _axe() -> str:
    return (settings.NODE_MODULES / "axe-core" / "axe.min.js").read_text()


def accessibility_faults(page: Page, *, without: Sequence[str] = ()) -> list[str]:
    """What axe-core finds wrong in the page as it is shown now; `without` names the rules to leave out."""
    page.evaluate(_axe())
    return page.evaluate(RUN_AXE, {"tags": AXE_RULES, "only": None, "without": list(without)})


def faults_in_both_themes(page: Page) -> list[str]:
    """What axe-core finds in light, then, of what depends on colours, in dark."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = [f"[light] {fault}" for fault in accessibility_faults(page)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_timeout(60)
    dark = page.evaluate(RUN_AXE, {"tags": AXE_RULES, "only": COLOUR_RULES, "without": []})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return found + [f"[dark] {fault}" for fault in dark]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth)")


def hidden_focus(page: Page, steps: int = 45) -> list[str]:
    """What takes the keyboard's focus without showing it, walking the first `steps` stops of the page."""
    page.evaluate(WATCH_FOCUS)
    for _ in range(steps // STOPS_AT_ONCE):
        for _ in range(STOPS_AT_ONCE):
            page.keyboard.press("Tab")
        if page.evaluate("() => { focusWalk.look(); return focusWalk.left; }"):
            break
    return page.evaluate("() => focusWalk.hidden")


@dataclass
class Watch:
    """What a page did that it should not: asked another site, met the security policy, failed in its scripts."""

    base: str
    foreign: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @classmethod
    def over(cls, page: Page, base: str) -> "Watch":
        watch = cls(base)
        page.on("request", watch._request)
        page.on(
            "response",
            lambda r: (
                watch.missing.append(f"{r.status} {r.url}")
                if r.status >= 400 and r.request.resource_type != "document"
                else None
            ),
        )
        page.on("console", lambda m: watch.console.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: watch.console.append(str(e)))
        return watch

    def _request(self, request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if urlsplit(url).scheme in {"http", "https"} and not url.startswith(self.base):
            self.foreign.append(url)

    def faults(self, *, status: int = 200) -> list[str]:
        """All of it, as lines; the browser's own line about a page's 4xx answer is not a fault."""
        console = [line for line in self.console if not (status >= 400 and "Failed to load resource" in line)]
        return [
            *(f"other site: {url}" for url in self.foreign),
            *(f"console: {line}" for line in console),
            *(f"missing: {m}" for m in self.missing),
        ]


def described(faults: list[str]) -> str:
    return json.dumps(faults, ensure_ascii=False, indent=2).replace("\\n", "\n")
