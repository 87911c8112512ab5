"""What people call the features that a model scores by, as they stand in "Soap stands out by …".

The key is `feature.` and the name that the model gives it; `{of}` is what follows the name's equals sign.
"""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {
    "feature.part": {"en": "what {of} says of it", "zh": "{of} 对它的评价"},
    "feature.demand": {"en": "how well it and its category sell", "zh": "自身与品类的销量"},
    "feature.price": {"en": "its price", "zh": "价格"},
    "feature.own": {"en": "when you bought it or its category", "zh": "您购买它或其品类的时间"},
    "feature.alike": {"en": "what people like you bought", "zh": "与您相似者的购买"},
    "feature.leaning": {"en": "your leaning to its {of}", "zh": "您对其 {of} 的偏好"},
    "feature.habits": {"en": "how you shop", "zh": "您的购物习惯"},
}
