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
)
"""Known event types; the number of a type is its place."""

PURCHASE, RETURN, CART, VIEW, SEARCH, RATING = range(6)
