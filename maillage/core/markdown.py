"""Markdown written by anyone, as HTML that can do no harm."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    "p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "strong", "em", "s", "code", "pre",
    "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
# pictures would call another site: they go through our own photos
_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def as_html(text: str) -> SafeString:
    """`text` (Markdown) as sanitised HTML. Its headings start at h3, under the page's own; pictures, scripts and raw
    HTML stay text; links lead to http, https, mailto or tel and vouch for nobody."""
    tokens = _parser.parse(text.replace("\x00", ""))
    for token in tokens:
        _lower_heading(token)
    html = _parser.renderer.render(tokens, _parser.options, {})
    return mark_safe(  # noqa: S308 cleaned here
        nh3.clean(
            html,
            tags=TAGS,
            attributes={"a": {"href", "title"}},
            url_schemes={"http", "https", "mailto", "tel"},
            link_rel="nofollow noopener ugc",
        )
    )


def as_text(text: str, limit: int) -> str:
    """The words of `text` without their marks, cut after a word within `limit` characters."""
    words = nh3.clean(str(as_html(text)), tags=set()).split()
    plain = (
        " ".join(words).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ")
    )
    if len(plain) <= limit:
        return plain
    return plain[:limit].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def _lower_heading(token: Token) -> None:
    if token.type in {"heading_open", "heading_close"}:
        token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
