"""Why an item is in a slate, and why another is not."""

from typing import Literal

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {
    "reason.item.one": {
        "en": "Because you bought {item}{habit}.",
        "zh": "因为您买过{item}{habit}。",
    },
    "reason.item.two": {
        "en": "Because you bought {item}{habit} and {other}{other_habit}.",
        "zh": "因为您买过{item}{habit}和{other}{other_habit}。",
    },
    "reason.category.one": {
        "en": "{category} often goes with {source}, which you bought{habit}.",
        "zh": "买{source}的顾客常常也买{category}；您买过{source}{habit}。",
    },
    "reason.category.two": {
        "en": "{category} often goes with {source}{habit} and {other}{other_habit}, which you bought.",
        "zh": "买{source}和{other}的顾客常常也买{category}；您买过{source}{habit}和{other}{other_habit}。",
    },
    "reason.category.own": {
        "en": "{item} is from {category}, where you bought before{habit}.",
        "zh": "{item}属于您买过的{category}{habit}。",
    },
    "reason.category.own_and_other": {
        "en": (
            "{item} is from {category}, where you bought before{habit}; "
            "that often goes with {other}, which you bought{other_habit}."
        ),
        "zh": "{item}属于您买过的{category}{habit}；您还买过常与之一起买的{other}{other_habit}。",
    },
    "reason.buyers.one": {"en": "One customer bought {item}.", "zh": "有1位顾客买过{item}。"},
    "reason.buyers": {"en": "{n:,} customers bought {item}.", "zh": "有{n:,}位顾客买过{item}。"},
    "reason.buyers.days.one": {
        "en": "One customer bought {item} in the latest {days:,}-day window.",
        "zh": "最近统计的{days:,}天内有1位顾客买过{item}。",
    },
    "reason.buyers.days": {
        "en": "{n:,} customers bought {item} in the latest {days:,}-day window.",
        "zh": "最近统计的{days:,}天内有{n:,}位顾客买过{item}。",
    },
    "reason.rise": {
        "en": "Demand for {item} has risen by {percent:,} %.",
        "zh": "{item}的需求上升了{percent:,}%。",
    },
    "reason.share": {"en": "{item} makes up {share} % of its market.", "zh": "{item}占其市场的{share}%。"},
    "reason.brand.one": {"en": "Because you bought {source}{habit}.", "zh": "因为您买过品牌{source}{habit}。"},
    "reason.brand.two": {
        "en": "Because you bought {source}{habit} and {other}{other_habit}.",
        "zh": "因为您买过品牌{source}{habit}和{other}{other_habit}。",
    },
    "reason.brand.own": {
        "en": "{item} is by {source}, which you bought before{habit}.",
        "zh": "{item}来自您买过的品牌{source}{habit}。",
    },
    "reason.brand.own_and_other": {
        "en": "{item} is by {source}, which you bought before{habit}, as you did {other}{other_habit}.",
        "zh": "{item}来自您买过的品牌{source}{habit}；您还买过品牌{other}{other_habit}。",
    },
    "reason.feature.one": {"en": "{item} stands out by {feature}.", "zh": "{item}因{feature}而入选。"},
    "reason.feature.two": {
        "en": "{item} stands out by {feature} and {other}.",
        "zh": "{item}因{feature}和{other}而入选。",
    },
    "reason.search": {
        "en": "Because you searched for “{search}”{habit}.",
        "zh": "因为您搜索过“{search}”{habit}。",
    },
    "reason.rank": {
        "en": "Place {rank} in your list, chosen from {n:,} items.",
        "zh": "从{n:,}件商品中为您挑选，位列第{rank}。",
    },
    "reason.new_category": {"en": "{category} is new to you.", "zh": "您还没有买过{category}。"},
    "reason.known_category": {
        "en": "You bought from {category} before{habit}.",
        "zh": "您以前买过{category}{habit}。",
    },
    "reason.of_category": {"en": "From {category}.", "zh": "属于{category}。"},
    "why.named": {"en": "{name}{habit}", "zh": "{name}{habit}"},
    "why.search": {"en": "“{search}”{habit}", "zh": "“{search}”{habit}"},
    "why.buyers.one": {"en": "one customer", "zh": "1位顾客"},
    "why.buyers.days.one": {"en": "one customer within {days:,} days", "zh": "{days:,}天内1位顾客"},
    "why.buyers": {"en": "{n:,} customers", "zh": "{n:,}位顾客"},
    "why.buyers.days": {"en": "{n:,} customers within {days:,} days", "zh": "{days:,}天内{n:,}位顾客"},
    "why.rise": {"en": "+{percent:,} %", "zh": "+{percent:,}%"},
    "why.share": {"en": "{share} % of its market", "zh": "占其市场的{share}%"},
    "why.rest": {"en": "everything else", "zh": "其余一切"},
    "name.new": {"en": "{name}, new to you,", "zh": "{name}（您还没有买过）"},
    "reason.joined": {"en": "{first} {second}", "zh": "{first}{second}"},
    "habit.once": {"en": " (once)", "zh": "（1次）"},
    "habit.times": {"en": " ({n:,} times)", "zh": "（{n:,}次）"},
    "habit.once.date": {"en": " (once, on {date})", "zh": "（1次，{date}）"},
    "habit.times.date": {"en": " ({n:,} times, last on {date})", "zh": "（{n:,}次，最近一次是{date}）"},
    "date.day": {"en": "{day} {month}", "zh": "{month}{day}日"},
    "date.day_and_year": {"en": "{day} {month} {year}", "zh": "{year}年{month}{day}日"},
    **{f"date.month.{n}": {"en": name, "zh": f"{n}月"} for n, name in enumerate(_MONTHS, start=1)},
    "left_out.not_sellable": {"en": "It is not on sale.", "zh": "该商品未在销售。"},
    "left_out.not_launched": {"en": "It is not launched yet.", "zh": "该商品尚未上市。"},
    "left_out.out_of_stock": {"en": "It is out of stock.", "zh": "该商品缺货。"},
    "left_out.rule_never": {"en": "A rule of the shop never shows it.", "zh": "店铺规则：不展示该商品。"},
    "left_out.rule_price": {
        "en": "Its price is outside what the shop shows here.",
        "zh": "其价格不在店铺设定的展示范围内。",
    },
    "left_out.not_established": {
        "en": "Purchases so far: {n:,}; at least {wanted:,} are asked for.",
        "zh": "目前仅售出{n:,}次，至少需要{wanted:,}次。",
    },
    "left_out.focus.explore": {"en": "The user bought it before.", "zh": "该用户已经买过该商品。"},
    "left_out.focus.new-categories": {
        "en": "The user already buys {category}.",
        "zh": "该用户已经买过{category}。",
    },
    "left_out.no_category": {
        "en": "It has no category, so it cannot be told to be new.",
        "zh": "该商品没有品类，无法判断是否为新品类。",
    },
    "left_out.focus.category": {"en": "It is not of the category asked for.", "zh": "不属于所选品类。"},
    "left_out.bought": {"en": "The user bought it before.", "zh": "该用户已经买过该商品。"},
    "left_out.price_band": {
        "en": "Its price is far from what the user usually pays.",
        "zh": "其价格与该用户平时的消费水平相差较大。",
    },
    "left_out.max_per_category": {
        "en": "The slate already holds as many of {category} as it may.",
        "zh": "列表中{category}的商品已达上限。",
    },
    "left_out.not_together": {
        "en": "A rule of the shop keeps it apart from another item in the slate.",
        "zh": "店铺规则：不与列表中的另一件商品同时展示。",
    },
    "left_out.reranked": {
        "en": "Others made the slate more varied or closer to the user's taste.",
        "zh": "其他商品让列表更多样，或更贴近该用户的喜好。",
    },
    "slates.established_lowered": {
        "en": "No item was bought {wanted:,} times yet, so every item that was ever bought counts.",
        "zh": "还没有商品售出满{wanted:,}次，因此凡是售出过的商品都计入。",
    },
}
