"""What people do, as words outside and as small numbers inside."""

EVENT_TYPES = (
    "purchase",
    "return",
    "cart",
    "view",
    "search",
    "rating",
    "impression",
    "click",
    "dismiss",
    "wishlist",
    "remove_from_cart",
    "review",
    "less_of_category",
)
"""Known event types; the number of a type is its place."""

PURCHASE, RETURN, CART, VIEW, SEARCH, RATING, IMPRESSION, CLICK, DISMISS, WISHLIST, REMOVE_FROM_CART = range(11)
LESS_OF_CATEGORY = EVENT_TYPES.index("less_of_category")
"""Somebody wants to see less of the category of the item."""
