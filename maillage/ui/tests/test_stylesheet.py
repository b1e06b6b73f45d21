from pathlib import Path

from django.conf import settings

from maillage.ui.stylesheet import one_stylesheet, pruned, words_in

UI = Path(__file__).parents[1] / "static"


def read(name: str) -> str:
    package = "vendor/bootstrap/"
    if name.startswith(package):
        return (settings.NODE_MODULES / "bootstrap/dist/css" / name.removeprefix(package)).read_text()
    return (UI / name).read_text()


def test_a_rule_stays_for_the_selectors_whose_classes_are_used():
    css = ".btn,.accordion{color:red}.modal .btn{a:b}@media (min-width:1px){.modal{c:d}}@media print{a,.btn:not(.x){e:f}}"

    assert pruned(css, {"btn"}) == ".btn{color:red}@media print{a{e:f}}"
    assert pruned(css, {"btn", "x"}).endswith("@media print{a,.btn:not(.x){e:f}}")


def test_rules_without_a_class_stay_whole():
    css = '@charset "UTF-8";:root,[data-bs-theme=light]{--a:1}@keyframes turn{to{b:c}}h1{d:e}'

    assert pruned(css, set()) == css


def test_a_class_with_a_comma_in_its_brackets_is_one_selector():
    assert pruned("a:is(.b,.c){d:e}", {"b"}) == ""
    assert pruned("a:is(.b,.c){d:e}", {"b", "c"}) == "a:is(.b,.c){d:e}"


def test_the_site_stylesheet_has_no_import_left_and_keeps_what_pages_use():
    whole = one_stylesheet(read, "ui/site.css", words_in(settings.BASE_DIR / "maillage"))

    assert "@import" not in whole
    assert "sourceMappingURL" not in whole
    assert ".visually-hidden{" in whole
    assert ".carousel" not in whole
    assert whole.index("--bs-blue") < whole.index("--ma-canal") < whole.index(".card-ma")
    assert len(whole) < 160_000
