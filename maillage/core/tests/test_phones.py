import pytest

from maillage.core.phones import WrongPhone, checked_phone, dialled_phone, readable_phone


@pytest.mark.parametrize(
    ("written", "kept", "said"),
    [
        ("02 40 41 90 00", "+33240419000", "02 40 41 90 00"),
        (" 06.12.34.56.78 ", "+33612345678", "06 12 34 56 78"),
        ("+33 6 12 34 56 78", "+33612345678", "06 12 34 56 78"),
        ("0692 12 34 56", "+262692123456", "0692 12 34 56"),
        ("+221 33 839 95 00", "+221338399500", "+221 33 839 95 00"),
    ],
)
def test_a_number_is_kept_in_one_form_and_said_in_groups(written, kept, said):
    assert checked_phone(written) == kept
    assert readable_phone(kept) == said


@pytest.mark.parametrize(
    "written", ["12", "02 40 41 90", "appelez-moi", "0" * 200, "'; DROP TABLE x; --", "٠٠"]
)
def test_what_nobody_can_call_is_refused(written):
    with pytest.raises(WrongPhone):
        checked_phone(written)
    assert readable_phone(written) == written


def test_a_number_of_fiction_is_said_in_groups():
    assert readable_phone("+33639980112") == "06 39 98 01 12"


def test_no_number_is_no_fault():
    assert checked_phone("  ") == ""


@pytest.mark.parametrize(
    ("written", "dialled"), [("01 99 00 12 34", "+33199001234"), ("39 49", "3949"), ("voir l’accueil", "")]
)
def test_a_link_holds_what_a_telephone_dials(written, dialled):
    assert dialled_phone(written) == dialled


def test_a_made_up_number_is_taken_in_a_demo_only(settings):
    with pytest.raises(WrongPhone):
        checked_phone("+33639980112")
    settings.DEMO = True
    assert checked_phone("06 39 98 01 12") == checked_phone("+33 6 39 98 01 12") == "+33639980112"
