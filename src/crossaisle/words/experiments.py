"""Texts of experiments: headings of their table, what was measured, and what a reading allows to say."""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {
    "experiments.arm": {"en": "arm", "zh": "分组"},
    "experiments.control": {"en": "control", "zh": "对照组"},
    "experiments.units": {"en": "exposed", "zh": "曝光人数"},
    "experiments.known": {"en": "outcome known", "zh": "结果已知人数"},
    "experiments.expected": {"en": "planned", "zh": "计划人数"},
    "experiments.metric": {"en": "metric", "zh": "指标"},
    "experiments.mean": {"en": "mean", "zh": "均值"},
    "experiments.adjusted_mean": {"en": "mean, adjusted", "zh": "调整后均值"},
    "experiments.difference": {"en": "difference to control", "zh": "与对照组之差"},
    "experiments.relative": {"en": "relative difference", "zh": "相对差异"},
    "experiments.fixed": {
        "en": "{percent} % interval, one look at the planned end",
        "zh": "{percent}% 区间（仅在计划结束时查看一次）",
    },
    "experiments.always": {"en": "{percent} % interval, valid at any look", "zh": "{percent}% 区间（随时查看均有效）"},
    "experiments.p_value": {"en": "p-value", "zh": "p 值"},
    "experiments.variance_reduction": {
        "en": "What was known before the exposure takes {percent} % of the variance off {metric}.",
        "zh": "曝光之前的信息使{metric}的方差降低了 {percent}%。",
    },
    "experiments.unbounded": {"en": "nothing can be said", "zh": "尚无法判断"},
    "experiments.metric.conversion": {"en": "conversion", "zh": "转化率"},
    "experiments.metric.revenue": {"en": "revenue", "zh": "人均收入"},
    "experiments.metric.repeat_visit_rate": {"en": "repeat visits", "zh": "回访率"},
    "experiments.meaning.conversion": {
        "en": "share of those exposed who bought after their exposure",
        "zh": "曝光后购买的用户占全部曝光用户的比例",
    },
    "experiments.meaning.revenue": {
        "en": "what was spent after the exposure, per user exposed",
        "zh": "曝光后的消费金额，按曝光用户平均",
    },
    "experiments.meaning.repeat_visit_rate": {
        "en": "share of those exposed with a visit on a later day than the exposure's",
        "zh": "曝光当日之后还有访问的用户占全部曝光用户的比例",
    },
    "experiments.meaning.fixed": {
        "en": "The interval for one look is right only at the end that was planned before the start. Who looks earlier "
        "and stops when it excludes zero is often wrong.",
        "zh": "单次查看区间只在开始前计划好的结束时刻有效。若提前查看，一旦不含零就停止，结论往往是错的。",
    },
    "experiments.meaning.always": {
        "en": "The interval valid at any look may be read every day, and the experiment may stop as soon as it "
        "excludes zero. Verdicts follow it.",
        "zh": "随时有效的区间可以每天查看，一旦不含零即可停止实验。结论以它为准。",
    },
    "experiments.verdict.mismatch": {
        "en": "Do not trust these figures: units are not split as planned (p = {p_value}). Something loses or adds "
        "units in one arm; find it and start again.",
        "zh": "请勿相信这些数字：各组人数与计划不符（p = {p_value}）。某一组的用户有丢失或多计，请查明原因后重新开始。",
    },
    "experiments.verdict.better": {
        "en": "{arm} is better than {control} on {metric}. The experiment may stop.",
        "zh": "就{metric}而言，{arm} 优于 {control}。实验可以停止。",
    },
    "experiments.verdict.worse": {
        "en": "{arm} is worse than {control} on {metric}. It should be switched off.",
        "zh": "就{metric}而言，{arm} 不如 {control}。应当停用。",
    },
    "experiments.verdict.open": {
        "en": "Not decided: no arm is told from {control} on {metric} yet. Go on, or stop without a winner.",
        "zh": "尚无定论：就{metric}而言，各组与 {control} 的差异还无法确认。可继续实验，或在没有胜者的情况下停止。",
    },
    "experiments.verdict.no_variation": {
        "en": "Nothing can be said: {metric} does not vary within the arms.",
        "zh": "无法判断：各组内的{metric}没有差异。",
    },
    "experiments.verdict.too_few": {
        "en": "Nothing can be said: some arm has fewer than two units whose {metric} is known.",
        "zh": "无法判断：有分组中{metric}已知的用户不足两位。",
    },
    "experiments.split.as_planned": {
        "en": "Units are split as planned (p = {p_value}).",
        "zh": "各组人数符合计划（p = {p_value}）。",
    },
}
"""Every text of experiments, in English and Chinese."""
