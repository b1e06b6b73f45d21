"""The financing plan: amounts as typed, the balance, the files."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from maillage.offers.forms.plan import AmountField, PlanForm
from maillage.offers.plan import Entry, Plan, sheet_of, workbook_of
from maillage.offers.plan.balance import euros

ADDRESS = "https://exemple.test/plan-de-financement/"
FOOD_TRUCK = Plan(
    "Food truck de Garges",
    (Entry("Véhicule", Decimal(18000)), Entry("Premier stock", Decimal("499.50")), Entry("Trésorerie", Decimal(3000))),
    (
        Entry("Votre argent", Decimal(4000), is_own=True),
        Entry("Prêt d’honneur", Decimal("7499.50"), is_loan=True),
        Entry("Microcrédit", Decimal(10000), is_loan=True),
    ),
    has_cash=True,
)  # fmt: skip


def sent(**values: str) -> PlanForm:
    return PlanForm(values)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("", "0"), ("0", "0"), ("1500", "1500"), ("1 500", "1500"), ("1\u202f500\u00a0€", "1500"), ("1500,50", "1500.50"),
        ("1.500", "1500"), ("1.500.000", "1500000"), ("1500.5", "1500.50"), ("12,345", "12.34"), (" 20 euros ", "20"),
        ("100000000", "100000000"), (",5", "0.50"), ("+3", "3"),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_type_it(typed, amount):
    assert AmountField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-5", "négatif"), ("−5", "négatif"), ("beaucoup", "en chiffres"), ("1e9", "en chiffres"), ("NaN", "en chiffres"),
        ("Infinity", "en chiffres"), ("=1+1", "en chiffres"), ("1,2,3", "en chiffres"), ("100000001", "100 millions"),
        ("9" * 30, "100 millions"), ("٣٤", "en chiffres"), ("€", None), ("1 000 000 000", "100 millions"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_explained(typed, words):
    form = sent(besoin_stock=typed, ressource_apport="1")

    assert form.is_valid() is (words is None)
    assert words is None or words in form.errors["besoin_stock"][0]


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_a_sentence(text):
    form = sent(besoin_stock=text, ressource_apport="1")

    assert form.is_valid() or all(message for message in form.errors["besoin_stock"])


def test_free_lines_have_a_name_and_an_amount():
    form = sent(
        besoin_autre_1="Formation", besoin_montant_1="300", besoin_montant_2="20", ressource_autre_3="Tontine"
    )

    assert form.errors == {"ressource_montant_3": ["Indiquez le montant, ou effacez la ligne."]}
    form = sent(besoin_autre_1="Formation", besoin_montant_1="300", besoin_montant_2="20")
    assert form.is_valid()
    assert form.plan().needs == (Entry("Formation", Decimal(300)), Entry("Autre besoin", Decimal(20)))


def test_an_empty_sheet_asks_for_one_amount():
    assert sent(projet="Rien").errors == {
        "__all__": ["Écrivez au moins un montant : un besoin, ou une ressource."]
    }


def entries(*amounts: int, own: int = 0, loan: int = 0) -> tuple[Entry, ...]:
    kinds = [(own, True, False), (loan, False, True), *((amount, False, False) for amount in amounts)]
    return tuple(Entry("x", Decimal(amount), *kind) for amount, *kind in kinds if amount)


@pytest.mark.parametrize(
    ("needs", "resources", "has_cash", "codes"),
    [
        (entries(1000), entries(500, own=500), True, ["balanced"]),
        (entries(1000), entries(500, own=100), True, ["lacking"]),
        (entries(1000), entries(1000, own=500), True, ["over"]),
        (entries(1000), entries(900, own=100), True, ["balanced"]),
        (entries(1000), entries(901, own=99), True, ["balanced", "thin"]),
        (entries(1000), entries(loan=800, own=200), True, ["balanced"]),
        (entries(1000), entries(loan=801, own=199), True, ["balanced", "debt"]),
        (entries(1000), entries(500, own=500), False, ["balanced", "cash"]),
        (entries(1000), (), False, ["lacking", "thin", "cash"]),
        ((), entries(own=10), False, ["over"]),
    ],
)
def test_the_sheet_says_what_an_adviser_would(needs, resources, has_cash, codes):
    assert [note.code for note in Plan("", needs, resources, has_cash).notes()] == codes


def test_the_sentences_give_the_figures():
    notes = Plan("", entries(2000), entries(loan=1490, own=10), has_cash=True).notes()

    assert [note.text for note in notes] == [
        "Il manque 500\u00a0€ : cherchez une autre ressource, ou réduisez un besoin.",
        "Votre argent couvre 0 % des besoins. Les banques demandent souvent au moins 10 % : un prêt d’honneur peut aider.",
        "99 % de l’argent est à rembourser : vérifiez que les premières ventes suffiront.",
    ]


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "0\u00a0€"), ("1500", "1\u202f500\u00a0€"), ("1500.5", "1\u202f500,50\u00a0€"), ("-0.05", "−0,05\u00a0€"), ("1234567.99", "1\u202f234\u202f567,99\u00a0€")],
)  # fmt: skip
def test_euros_are_written_in_french(amount, text):
    assert euros(Decimal(amount)) == text


def computed(sheet, formula: str) -> float:
    """What a spreadsheet computes of the few formulas that we write."""
    text = re.sub(
        r"SUM\(B(\d+):B(\d+)\)",
        lambda m: str(sum(sheet.cell(row, 2).value for row in range(int(m[1]), int(m[2]) + 1))),
        formula.removeprefix("="),
    )
    while refers := re.search(r"B(\d+)", text):
        value = sheet.cell(int(refers[1]), 2).value
        number = computed(sheet, value) if isinstance(value, str) else value
        text = text[: refers.start()] + f"({number})" + text[refers.end() :]
    if condition := re.fullmatch(r"IF\((.+)=0,0,(.+)\)", text):
        return 0 if eval(condition[1]) == 0 else eval(condition[2])
    return eval(text)


def rows_of(plan: Plan):
    sheet = load_workbook(io.BytesIO(workbook_of(plan))).active
    return sheet, {sheet.cell(row, 1).value: sheet.cell(row, 2) for row in range(1, sheet.max_row + 1)}


def test_the_workbook_has_amounts_and_living_totals():
    sheet, rows = rows_of(FOOD_TRUCK)

    assert [sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1)] == [
        "Food truck de Garges", None, "Besoins", "Véhicule", "Premier stock", "Trésorerie", "Total des besoins", None,
        "Ressources", "Votre argent", "Prêt d’honneur", "Microcrédit", "Total des ressources", None,
        "Ressources moins besoins", "Part de votre argent dans les besoins",
    ]  # fmt: skip
    assert rows["Véhicule"].value == 18000
    assert rows["Total des besoins"].value == "=SUM(B4:B6)"
    figures = {
        label: computed(sheet, rows[label].value)
        for label in ("Total des besoins", "Total des ressources", "Ressources moins besoins")
    }
    assert figures == {
        "Total des besoins": float(FOOD_TRUCK.needed),
        "Total des ressources": float(FOOD_TRUCK.found),
        "Ressources moins besoins": float(FOOD_TRUCK.balance),
    }
    assert computed(sheet, rows["Part de votre argent dans les besoins"].value) == pytest.approx(
        4000 / 21499.5
    )


@pytest.mark.parametrize("plan", [Plan("", entries(5), ()), Plan("", (), entries(own=5))])
def test_the_workbook_of_half_a_plan_still_computes(plan):
    sheet, rows = rows_of(plan)

    assert computed(sheet, rows["Ressources moins besoins"].value) == float(plan.balance)
    assert computed(sheet, rows["Part de votre argent dans les besoins"].value) == 0


HOSTILE = [
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "=cmd|' /C calc'!A0",
    "'=1",
    "\x00=1",
    "نص 🍕",
    "x" * 80,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_words_are_never_a_formula(text):
    plan = Plan(text, (Entry(text, Decimal(5)),), (Entry(text, Decimal(5)),), has_cash=True)
    sheet = load_workbook(io.BytesIO(workbook_of(plan))).active

    typed = [sheet.cell(row, 1) for row in (1, 4, 8)]
    assert {cell.data_type for cell in typed} == {"s"}
    assert {cell.value for cell in typed} == {text.replace("\x00", "")}
    assert all(cell.quotePrefix for cell in typed)


def test_the_pdf_is_one_page_that_says_the_plan():
    pages = PdfReader(io.BytesIO(sheet_of(FOOD_TRUCK, ADDRESS, date(2026, 11, 25)))).pages
    text = " ".join(pages[0].extract_text().split())

    assert len(pages) == 1
    for words in (
        "Food truck de Garges",
        "Véhicule",
        "Total des besoins",
        "exemple.test",
        "25 novembre 2026",
        "équilibré",
    ):
        assert words in text
    assert "21 499,50" in text


def test_the_longest_plan_with_hostile_names_still_holds_on_one_page():
    values = {"projet": "<b>" + "W" * 97}
    for part in ("besoin", "ressource"):
        values |= {f"{part}_autre_{n}": "W" * 80 for n in (1, 2, 3)} | {
            f"{part}_montant_{n}": "99999999,99" for n in (1, 2, 3)
        }
    form = PlanForm(
        values
        | {
            name: "99999999,99"
            for name in PlanForm().fields
            if name not in values and "autre" not in name and name != "projet"
        }
    )
    assert form.is_valid(), form.errors

    pages = PdfReader(io.BytesIO(sheet_of(form.plan(), ADDRESS, date(2026, 11, 25)))).pages

    assert len(pages) == 1
    assert "équilibré" in pages[0].extract_text()  # the end of the sheet is there
    assert "<b>WWW" in pages[0].extract_text()


@pytest.mark.django_db
class TestPage:
    url = "/plan-de-financement/"
    values = {
        "projet": "Food truck",
        "besoin_vehicule": "18 000",
        "ressource_apport": "4000",
        "ressource_banque": "14000",
    }

    def test_the_empty_sheet_opens_without_an_account(self, client):
        page = client.get(reverse("financing:plan"))

        assert page.status_code == 200
        assert reverse("financing:plan") == self.url
        assert "no-store" in page["Cache-Control"]

    def test_totals_come_back_with_what_was_typed(self, client):
        page = client.post(self.url, self.values | {"voir": "totaux"})

        assert page.status_code == 200
        text = page.text
        assert "Le plan est équilibré" in text
        assert "18\u202f000\u00a0€" in text
        assert 'value="18 000"' in text

    def test_files_are_taken_away(self, client):
        pdf = client.post(self.url, self.values | {"voir": "pdf"})
        xlsx = client.post(self.url, self.values | {"voir": "xlsx"})

        assert pdf.content.startswith(b"%PDF-")
        assert pdf["Content-Disposition"] == 'attachment; filename="plan-de-financement.pdf"'
        assert load_workbook(io.BytesIO(xlsx.content)).active["A1"].value == "Food truck"

    def test_bad_amounts_are_shown_beside_their_line_and_give_no_file(self, client):
        page = client.post(self.url, self.values | {"besoin_stock": "beaucoup", "voir": "pdf"})

        assert page.status_code == 422
        assert "Écrivez un montant en chiffres, par exemple 1 500." in page.text
        assert 'value="beaucoup"' in page.text

    @pytest.mark.parametrize("show", ["totaux", "pdf", "xlsx"])
    def test_nothing_of_it_is_written_anywhere(self, client, show):
        with CaptureQueriesContext(connection) as seen:
            client.post(self.url, self.values | {"voir": show})

        written = [q["sql"] for q in seen if re.match(r"\s*(INSERT|UPDATE|DELETE)", q["sql"])]
        assert all("core_ratelimit" in sql for sql in written)
        assert not [q for q in seen if "Food truck" in q["sql"] or "18000" in q["sql"]]

    def test_files_are_not_made_without_end(self, client):
        for _turn in range(30):
            assert client.post(self.url, self.values | {"voir": "xlsx"}).status_code == 200
        assert client.post(self.url, self.values | {"voir": "xlsx"}).status_code == 429
        assert client.post(self.url, self.values).status_code == 200

    def test_hostile_words_come_back_as_words(self, client):
        page = client.post(self.url, self.values | {"projet": "<script>alert(1)</script>\0"})

        assert "<script>alert" not in page.text
