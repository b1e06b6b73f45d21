"""Files are what they hold, whatever their name says; what runs, is broken or too large is refused in plain words."""

import io
import re
import zipfile

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from maillage.core.attachments import (
    MAX_BYTES,
    AttachmentRefused,
    AttachmentTooLarge,
    recognise,
)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"


def picture(kind):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, kind)
    return out.getvalue()


def pdf(change=None):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if change:
        change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_script(where):
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )

    def change(writer):
        value = script if where == "/OpenAction" else DictionaryObject({NameObject("/JavaScript"): script})
        writer.root_object[NameObject(where)] = value

    return change


def archive(**parts):  # « __ » is « / », « _rels » ends the name of a part's relations
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, body in parts.items():
            target.writestr(re.sub(r"_rels$", ".rels", name.replace("__", "/")), body)
    return out.getvalue()


def office(media_type, main, **more):
    types = f'<Types><Override ContentType="{media_type}.main+xml"/></Types>'
    return archive(**{"[Content_Types].xml": types, main: "<x/>", **more})


def odf(media_type, **more):
    return archive(**{"mimetype": media_type, "content.xml": "<x/>", **more})


def kind_of(data):
    file = io.BytesIO(data)
    found = recognise(file, size=len(data))
    assert file.tell() == 0
    return found.media_type, found.ending


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (pdf(), ("application/pdf", "pdf")),
        (picture("JPEG"), ("image/jpeg", "jpg")),
        (picture("PNG"), ("image/png", "png")),
        (picture("WEBP"), ("image/webp", "webp")),
        (odf(ODT), (ODT, "odt")),
        (odf(ODT.replace("text", "spreadsheet")), (ODT.replace("text", "spreadsheet"), "ods")),
        (office(DOCX, "word__document.xml"), (DOCX, "docx")),
        (office(XLSX, "xl__workbook.xml"), (XLSX, "xlsx")),
        (
            office(
                DOCX,
                "word__document.xml",
                word__settings_rels='<Relationship Type="x/hyperlink" Target="https://exemple.invalid/" TargetMode="External"/>'
                '<Relationship Type="x/attachedTemplate" Target="file:///C:/Normal.dotm" TargetMode="External"/>',
            ),
            (DOCX, "docx"),
        ),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_file_is_known_by_what_it_holds(data, expected):
    assert kind_of(data) == expected


REFUSED = {
    "vide": (b"", "vide"),
    "texte": (b"bonjour", "sorte"),
    "programme": (b"MZ\x90\0" + b"\0" * 100, "sorte"),
    "svg": (b"<svg onload='alert(1)'/>", "sorte"),
    "gif": (picture("GIF"), "sorte"),
    "page": (b"<!doctype html><script>alert(1)</script>", "sorte"),
    "image coupée": (picture("PNG")[:60], "abîmée"),
    "pdf coupé": (b"%PDF-1.7\nrien", "abîmé"),
    "pdf qui agit": (pdf(with_script("/OpenAction")), "programme"),
    "pdf qui contient un programme": (pdf(with_script("/Names")), "programme"),
    "pdf qui porte": (pdf(lambda writer: writer.add_attachment("a.exe", b"MZ")), "programme"),
    "pdf fermé": (pdf(lambda writer: writer.encrypt("x")), "mot de passe"),
    "archive": (archive(**{"a.txt": "a"}), "archive"),
    "macros": (office(DOCX, "word__document.xml", word__vbaProject="x"), "macros"),
    "macros, par le type": (
        archive(**{"[Content_Types].xml": "x.macroEnabled.main+xml", "word__document.xml": "<x/>"}),
        "macros",
    ),
    "modèle distant": (
        office(
            DOCX,
            "word__document.xml",
            word__settings_rels='<Relationship Type="x/attachedTemplate" Target="https://evil.example/t.dotm" TargetMode="External"/>',
        ),
        "ailleurs",
    ),
    "macros odt": (odf(ODT, Basic__Standard__Module1="x"), "macros"),
    "présentation": (odf(ODT.replace("text", "presentation")), "archive"),
    "zip coupé": (odf(ODT)[:-30], "abîmé"),
    "bombe": (odf(ODT, big=b"\0" * (201 * 1024 * 1024)), "trop gros"),
}


@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_kept_says_why(data, words):
    with pytest.raises(AttachmentRefused, match=words):
        recognise(io.BytesIO(data), size=len(data))


def test_thirty_megabytes_are_refused_unread():
    with pytest.raises(AttachmentTooLarge, match="10 Mo") as refused:
        recognise(None, size=MAX_BYTES + 1)
    assert refused.value.status == 413
