"""Why an item is in a slate made at once: what somebody did just now."""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {
    "reason.looked.one": {"en": "Because you looked at {item}.", "zh": "因为您看过{item}。"},
    "reason.looked.two": {"en": "Because you looked at {item} and {other}.", "zh": "因为您看过{item}和{other}。"},
    "reason.cart.one": {"en": "Goes with {item} in your cart.", "zh": "与您购物车中的{item}搭配。"},
    "reason.cart.two": {
        "en": "Goes with {item} and {other} in your cart.",
        "zh": "与您购物车中的{item}和{other}搭配。",
    },
    "reason.wished.one": {"en": "Because {item} is on your wish list.", "zh": "因为您收藏了{item}。"},
    "reason.wished.two": {
        "en": "Because {item} and {other} are on your wish list.",
        "zh": "因为您收藏了{item}和{other}。",
    },
    "reason.found.one": {"en": "Because your search found {item}.", "zh": "因为您的搜索找到了{item}。"},
    "reason.found.two": {
        "en": "Because your search found {item} and {other}.",
        "zh": "因为您的搜索找到了{item}和{other}。",
    },
}
