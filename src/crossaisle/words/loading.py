"""Texts of loading: its stages, and the rules of cleaning with the reasons they give."""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {
    "load.stage.fetch": {"en": "fetching from the database:", "zh": "从数据库读取："},
    "load.stage.catalog": {"en": "reading the catalogue", "zh": "读取商品目录"},
    "load.stage.read": {"en": "reading and checking events", "zh": "读取并检查事件"},
    "load.stage.compare": {"en": "looking for repeated events", "zh": "查找重复事件"},
    "load.stage.write": {"en": "writing events to the lake", "zh": "将事件写入数据湖"},
    "load.stage.tables": {"en": "reading the other tables", "zh": "读取其他表"},
    "load.stage.returns": {"en": "matching returns with purchases", "zh": "将退货与购买配对"},
    "load.stage.done": {"en": "done", "zh": "完成"},
    "mended.negative_quantity": {
        "en": "purchase of a negative quantity, now a return",
        "zh": "数量为负的购买，改为退货",
    },
    "mended.cancellations": {
        "en": "line of a cancelled order, now a return",
        "zh": "已取消订单的明细，改为退货",
    },
    "mended.non_goods": {
        "en": "item that is no goods, marked as not sellable",
        "zh": "非商品条目，标记为不可销售",
    },
    "set_aside.unreadable_lines": {"en": "lines that hold no row", "zh": "无法读取的行"},
    "set_aside.unreadable_lines.reason": {
        "en": "the line cannot be read: {value}",
        "zh": "无法读取该行：{value}",
    },
    "set_aside.other_activity": {"en": "activity that concerns no item", "zh": "与商品无关的活动"},
    "set_aside.other_activity.reason": {
        "en": "event {value} concerns no item",
        "zh": "事件 {value} 与商品无关",
    },
    "set_aside.test_lines": {"en": "test lines", "zh": "测试数据"},
    "set_aside.test_lines.reason": {"en": "{value} is a test", "zh": "{value} 是测试数据"},
    "set_aside.missing_ids": {"en": "missing ids", "zh": "缺少标识"},
    "set_aside.missing_ids.reason": {"en": "{value} is missing", "zh": "缺少 {value}"},
    "set_aside.long_ids": {"en": "ids that are too long", "zh": "标识过长"},
    "set_aside.long_ids.reason": {"en": "{value} bytes, which is too long", "zh": "{value} 字节，过长"},
    "set_aside.unparsable_time": {"en": "times that cannot be read", "zh": "无法识别的时间"},
    "set_aside.unparsable_time.reason": {"en": "{value} is not a time", "zh": "{value} 不是时间"},
    "set_aside.unparsable_number": {"en": "numbers that cannot be read", "zh": "无法识别的数字"},
    "set_aside.unparsable_number.reason": {"en": "{value} is not a number", "zh": "{value} 不是数字"},
    "set_aside.unknown_event_type": {"en": "unknown event types", "zh": "未知的事件类型"},
    "set_aside.unknown_event_type.reason": {"en": "{value} is not known", "zh": "{value} 未知"},
    "set_aside.impossible_values": {"en": "impossible values", "zh": "不可能的取值"},
    "set_aside.impossible_values.reason": {"en": "{value} cannot be", "zh": "{value} 不可能"},
    "set_aside.zero_price": {"en": "prices of zero", "zh": "价格为零"},
    "set_aside.zero_price.reason": {"en": "{value} is no sale", "zh": "{value} 不是销售"},
    "set_aside.unknown_currency": {"en": "currencies without a rate", "zh": "没有汇率的货币"},
    "set_aside.unknown_currency.reason": {"en": "{value} has no stated rate", "zh": "{value} 没有给定汇率"},
    "set_aside.non_goods": {"en": "lines that are no goods", "zh": "非商品明细"},
    "set_aside.non_goods.reason": {"en": "{value} is no goods", "zh": "{value} 不是商品"},
    "set_aside.repeated_key": {"en": "rows that a later one replaces", "zh": "被后面的行取代的行"},
    "set_aside.repeated_key.reason": {
        "en": "a later row has the same {value}",
        "zh": "后面的行具有相同的 {value}",
    },
    "set_aside.exact_duplicates": {"en": "exact duplicates", "zh": "完全重复"},
    "set_aside.exact_duplicates.reason": {
        "en": "the row repeats an earlier one{value}",
        "zh": "该行与前面的行重复{value}",
    },
}
"""Every text of loading, in English and Chinese."""
