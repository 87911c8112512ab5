"""Names that are known without a map: those of Google Analytics 4 exports and of schema.org."""

EVENT_NAMES: dict[str, tuple[str, ...]] = {
    "user_id": ("user_id", "user_pseudo_id", "customer.identifier", "customer", "agent.identifier", "agent"),
    "item_id": (
        "item_id",
        "orderedItem.sku",
        "orderedItem.productID",
        "orderedItem",
        "sku",
        "productID",
        "object.sku",
        "object",
    ),
    "timestamp": ("timestamp", "event_timestamp", "orderDate", "startTime"),
    "event_type": ("event_type", "event_name", "@type"),
    "event_value": ("event_value", "reviewRating.ratingValue", "ratingValue"),
    "quantity": ("quantity", "orderQuantity"),
    "price": ("price", "acceptedOffer.price", "offers.price"),
    "currency": ("currency", "priceCurrency", "acceptedOffer.priceCurrency"),
    "order_id": ("order_id", "transaction_id", "ecommerce.transaction_id", "orderNumber"),
    "session_id": ("session_id", "ga_session_id"),
    "query": ("query", "search_term"),
    "device": ("device.category", "device"),
    "event_id": ("event_id",),
}
"""Column of events → names under which it is found, best first."""

CATALOG_NAMES: dict[str, tuple[str, ...]] = {
    "item_id": ("item_id", "sku", "productID", "gtin13", "gtin", "identifier", "@id"),
    "title": ("title", "item_name", "name"),
    "category": ("category.name", "category", "item_category"),
    "brand": ("brand.name", "brand", "item_brand"),
    "price": ("price", "offers.price"),
    "launched_at": ("launched_at", "releaseDate"),
}
"""Column of the catalogue → names under which it is found, best first."""

NAMES = {"events": EVENT_NAMES, "catalog": CATALOG_NAMES}

EVENT_WORDS = {
    "refund": "return",
    "add_to_cart": "cart",
    "view_item": "view",
    "view_search_results": "search",
    "view_item_list": "impression",
    "view_promotion": "impression",
    "select_item": "click",
    "select_promotion": "click",
    "add_to_wishlist": "wishlist",
    "buyaction": "purchase",
    "orderaction": "purchase",
    "order": "purchase",
    "returnaction": "return",
    "addaction": "cart",
    "viewaction": "view",
    "searchaction": "search",
    "reviewaction": "review",
    "rateaction": "rating",
}
"""Event types of Google Analytics 4 and of schema.org → ours."""
