"""What is asked of every page."""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import Page

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async tags => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.map(v => `${v.id}: ${v.help}` + v.nodes.slice(0, 4).map(n => `\\n    ${n.target.join(" ")}  ${n.html.slice(0, 160)}  ${(n.any[0] || n.all[0] || n.none[0] || {}).message || ""}`).join(""));
}"""
# walks the tab order and gives what takes the focus without showing it
FOCUS_SHOWN = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const around = [e, e.closest(".choice"), e.closest("label"), e.querySelector(".mk")].filter(Boolean);
  const shown = around.some(one => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5) || style.boxShadow !== "none";
  });
  const text = `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}${e.className && e.className.baseVal === undefined ? "." + e.className : ""} ${(e.textContent || e.value || "").trim().slice(0, 40)}`;
  return {shown, text};
}"""


@lru_cache(maxsize=1)
def _axe() -> str:
    return (settings.NODE_MODULES / "axe-core" / "axe.min.js").read_text()


def accessibility_faults(page: Page) -> list[str]:
    """What axe-core finds wrong in the page as it is shown now."""
    page.evaluate(_axe())
    return page.evaluate(RUN_AXE, AXE_RULES)


def faults_in_both_themes(page: Page) -> list[str]:
    """What axe-core finds in light, then in dark."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_timeout(60)
        found += [f"[{scheme}] {fault}" for fault in accessibility_faults(page)]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return found


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth)")


def hidden_focus(page: Page, steps: int = 45) -> list[str]:
    """What takes the keyboard's focus without showing it, walking the first `steps` stops of the page."""
    hidden = []
    for _ in range(steps):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS_SHOWN)
        if stop is None:
            break
        if not stop["shown"]:
            hidden.append(stop["text"])
    return hidden


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
