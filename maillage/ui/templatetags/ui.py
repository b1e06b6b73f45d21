"""Tags of the components."""

import re
from functools import lru_cache
from typing import Any

from django import forms, template
from django.conf import settings
from django.core.paginator import Page
from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# classes of Bootstrap by kind of control; radio buttons and boxes have their own templates
CONTROLS: dict[type[forms.Widget], str] = {forms.Select: "form-select", forms.Widget: "form-control"}


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    path = settings.NODE_MODULES / "lucide-static" / "icons" / f"{name}.svg"
    found = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(), re.DOTALL)
    if found is None:
        raise ValueError(name)
    return " ".join(found.group(1).split())


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """An icon of lucide as inline SVG, hidden from assistive technology: the word beside it speaks."""
    return mark_safe(  # noqa: S308 our own files
        f'<svg class="icon" aria-hidden="true" width="{size}" height="{size}" viewBox="0 0 24 24" fill="none" '
        f'stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{_drawing(name)}</svg>'
    )


@register.inclusion_tag("ui/_form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """The summary of a form's errors, each linked to its field; nothing when there is none."""
    fields = [(field, error) for field in form for error in field.errors]
    return {
        "fields": fields,
        "general": form.non_field_errors(),
        "count": len(fields) + len(form.non_field_errors()),
    }


@register.inclusion_tag("ui/_field.html")
def field(bound: forms.BoundField, **attributes: str) -> dict[str, Any]:
    """One field: label, help, control and errors, tied together for assistive technology.

    Attributes are added to the control, `_` standing for `-`: {% field form.q autocomplete="off" hx_get="…" %}.
    """
    widget = bound.field.widget
    several = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    described = [f"{bound.auto_id}_help"] if bound.help_text else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    attrs: dict[str, Any] = {name.replace("_", "-"): value for name, value in attributes.items()}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if isinstance(widget, forms.CheckboxInput) or several:
        pass
    else:
        own = next(css for kind, css in CONTROLS.items() if isinstance(widget, kind))
        attrs["class"] = f"{widget.attrs.get('class', '')} {own}".strip()
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs) if not several else "",
        "is_check": isinstance(widget, forms.CheckboxInput),
        "is_choices": several,
        "in_columns": several and len(bound.subwidgets) > 4,
        "is_hidden": bound.is_hidden,
        "describedby": " ".join(described),
        "optional": not bound.field.required and not isinstance(widget, forms.CheckboxInput),
    }


@register.inclusion_tag("ui/_pagination.html", takes_context=True)
def pagination(context: dict[str, Any], page: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """Links to the other pages of a list, keeping the rest of the query string; nothing for a single page."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)

    def href(number: int) -> str:
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    shown = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "previous": href(page.previous_page_number()) if page.has_previous() else "",
        "next": href(page.next_page_number()) if page.has_next() else "",
        "numbers": [(n, href(n)) if isinstance(n, int) else ("…", "") for n in shown],
    }


@register.inclusion_tag("ui/_empty_state.html")
def empty_state(
    title: str, text: str = "", *, href: str = "", action: str = "", level: int = 2, spots: int = 5
) -> dict[str, Any]:
    """Nothing to show, said kindly, with the next step: a title, a sentence, and a link."""
    return {"title": title, "text": text, "href": href, "action": action, "level": level, "spots": spots}


@register.inclusion_tag("ui/_chip.html")
def chip(
    label: str,
    href: str = "",
    *,
    on: bool = False,
    remove: bool = False,
    count: int | None = None,
    image: str = "",
) -> dict[str, Any]:
    """A chip: a link when `href` is given; `remove` draws a cross and says « retirer »; `count` follows the label."""
    return {"label": label, "href": href, "on": on, "remove": remove, "count": count, "image": image}


@register.inclusion_tag("ui/_breadcrumb.html")
def breadcrumb(*steps: str) -> dict[str, Any]:
    """Where the page stands: {% breadcrumb "Carte" "/carte/" "Bus" %}, label and path by turns, the last without path."""
    last = steps[-1] if len(steps) % 2 else ""
    return {"steps": list(zip(steps[0::2], steps[1::2], strict=False)), "last": last}


# the mesh: three to seven points joined by a few lines; x, y, radius. One is brick: the person.
MESHES: dict[int, tuple[str, list[tuple[int, int, int]]]] = {
    3: ("M30 86Q78 12 128 58L188 30", [(30, 86, 9), (128, 58, 7), (188, 30, 9)]),
    5: (
        "M24 92 76 44 122 84 170 36M76 44 170 36 204 88M24 92 122 84",
        [(24, 92, 8), (76, 44, 7), (122, 84, 9), (170, 36, 8), (204, 88, 6)],
    ),
    7: (
        "M20 70 62 28 96 84 140 40 182 92 206 34M62 28 140 40 206 34M96 84 182 92M20 70 44 108 96 84",
        [(20, 70, 7), (62, 28, 8), (96, 84, 9), (140, 40, 7), (182, 92, 8), (206, 34, 6), (44, 108, 5)],
    ),
}


SPOT = 'class="spot"'


@register.simple_tag
def mesh(spots: int = 5) -> SafeString:
    """The mesh motif as inline SVG, decorative: 3, 5 or 7 points."""
    lines, points = MESHES[spots]
    middle = len(points) // 2
    circles = "".join(
        f'<circle cx="{x}" cy="{y}" r="{r}" {SPOT if i == middle else ""}/>'
        for i, (x, y, r) in enumerate(points)
    )
    return mark_safe(  # noqa: S308 constants of this module
        '<svg class="mesh" viewBox="0 0 224 120" width="224" height="120" aria-hidden="true" fill="currentColor">'
        f'<path d="{lines}" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linejoin="round" '
        f'stroke-opacity=".45"/>{circles}</svg>'
    )


@register.filter
def notice_icon(level_tag: str) -> str:
    """The icon of a message's level, so that colour never speaks alone."""
    return {"success": "circle-check", "warning": "triangle-alert", "error": "circle-x"}.get(
        level_tag, "info"
    )
