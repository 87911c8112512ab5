"""Consent: the latest answer holds, and the default where there is none."""

from hypothesis import given
from hypothesis import strategies as st

from crossaisle.privacy.consent import DEFAULTS, Answer, Consent, Purpose


def test_without_an_answer_the_default_holds() -> None:
    assert {purpose: Consent().allows(purpose) for purpose in Purpose} == DEFAULTS
    strict = dict.fromkeys(Purpose, False)
    assert not any(Consent(defaults=strict).allows(purpose) for purpose in Purpose)


def test_an_answer_holds_against_the_default_and_for_its_purpose_alone() -> None:
    consent = Consent().answered(Purpose.MARKETING, Answer(True, 5, "checkout"))
    consent = consent.answered(Purpose.TRAINING, Answer(False, 6, "letter"))
    allowed = {purpose for purpose in Purpose if consent.allows(purpose)}
    assert allowed == {Purpose.PERSONALISATION, Purpose.ANALYTICS, Purpose.MARKETING}


def test_an_answer_that_comes_late_does_not_undo_a_later_one() -> None:
    later = Consent().answered(Purpose.TRAINING, Answer(False, 9, "letter"))
    assert later.answered(Purpose.TRAINING, Answer(True, 8, "import")) == later
    assert later.answered(Purpose.TRAINING, Answer(True, 10, "shop")).allows(Purpose.TRAINING)


@given(st.permutations([Answer(True, 1, "a"), Answer(False, 3, "b"), Answer(True, 3, "c"), Answer(True, 2, "d")]))
def test_in_whatever_order_answers_come_the_latest_holds_and_of_two_at_once_the_refusal(answers: list[Answer]) -> None:
    consent = Consent()
    for answer in answers:
        consent = consent.answered(Purpose.MARKETING, answer)
    assert consent.answers[Purpose.MARKETING] == Answer(False, 3, "b")


def test_in_plain_values_every_purpose_is_named_with_what_was_said() -> None:
    plain = Consent().answered(Purpose.MARKETING, Answer(True, 5, "checkout")).to_dict()
    assert plain == {
        "personalisation": {"is_granted": True, "at": None, "source": None},
        "training": {"is_granted": True, "at": None, "source": None},
        "analytics": {"is_granted": True, "at": None, "source": None},
        "marketing": {"is_granted": True, "at": 5, "source": "checkout"},
    }
