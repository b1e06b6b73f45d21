"""Texts that were written for web pages, as those of maps often are, as plain text."""

import html
import re

INLINE = "a|abbr|b|center|code|em|font|i|iframe|img|s|small|span|strong|sub|sup|u"
BLOCKS = "blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|table|tbody|td|th|thead|tr|ul"
TAG = re.compile(rf"</?(?:{INLINE}|{BLOCKS})\b[^<>]*>", re.IGNORECASE)
NEW_LINE = re.compile(rf"</?(?:{BLOCKS})\b[^<>]*>", re.IGNORECASE)
CODE = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
LINK = re.compile(
    r"""<a\b[^<>]*?\bhref\s*=\s*["']?(https?://[^\s"'<>]+)[^<>]*>([^<>]{0,300})</a\s*>""", re.IGNORECASE
)


def without_tags(written: str) -> str:
    """`written` without its HTML: lines where it had lines, links beside their words, no script; what is no HTML stays."""
    if "<" not in written or not (TAG.search(written) or CODE.search(written)):
        return written
    written = CODE.sub("", written)
    written = LINK.sub(lambda found: linked(*found.groups()), written)
    written = TAG.sub("", NEW_LINE.sub("\n", written))
    written = re.sub(r"[ \t\xa0]*\n[ \t\xa0]*", "\n", html.unescape(written))
    return re.sub(r"\n{3,}", "\n\n", written).strip()


def linked(address: str, words: str) -> str:
    """A link as plain text."""
    return address if words.strip() in ("", address) else f"{words.strip()} ({address})"
