"""Texts on what logged slates can tell, and why an estimate from them must not be trusted."""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {
    "feedback.method.intervention": {
        "en": "from items that were put at random places",
        "zh": "依据随机放置的商品",
    },
    "feedback.method.harvesting": {
        "en": "from like items that stood at different places",
        "zh": "依据出现在不同位置的同类商品",
    },
    "feedback.method.none": {
        "en": "too few clicks to tell places apart",
        "zh": "点击太少，无法区分各位置",
    },
    "feedback.limit.nothing_logged": {
        "en": "No slate with an explored place is logged yet.",
        "zh": "尚无带探索位的列表记录。",
    },
    "feedback.limit.no_overlap": {
        "en": "The new policy would choose what was never or hardly ever shown.",
        "zh": "新策略会选择从未或极少展示过的商品。",
    },
    "feedback.limit.wrong_propensities": {
        "en": "The logged probabilities do not fit the choices that were logged with them.",
        "zh": "记录的概率与实际记录的选择不符。",
    },
    "feedback.limit.few_effective": {
        "en": "Too few logged choices are like those of the new policy.",
        "zh": "与新策略相近的已记录选择太少。",
    },
    "feedback.limit.few_rewards": {
        "en": "Too few of the choices that count brought a click or a purchase.",
        "zh": "计入的选择中带来点击或购买的太少。",
    },
    "feedback.limit.clipped": {
        "en": "Large weights were cut, so the estimate leans towards the policy that was live.",
        "zh": "过大的权重已被截断，因此估计偏向当时运行的策略。",
    },
}
"""Key → language → text."""
