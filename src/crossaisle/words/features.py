"""What people call the features that a model scores by, as they stand in "Soap stands out by …".

The key is `feature.` and the name that the model gives it; `{of}` is what follows the name's equals sign.
"""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {}
