//! Where a kind of fault is worth trying: a rule that can never strike is a wasted draw.

/// Operations of one vendor that a middleware calls, and the topics it is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub(super) vendor: &'static str,
    pub(super) operations: &'static [&'static str],
    pub(super) topics: &'static [&'static str],
}

const JERKY_TOPICS: &[&str] = &["stock.changed", "lot.status_changed", "reservation.expired"];
const POLISH_TOPICS: &[&str] = &[
    "order.created",
    "order.updated",
    "product.updated",
    "count.recorded",
];

/// All that a middleware calls.
const ANYWHERE: &[Site] = &[
    jerky(&[
        "issue_token",
        "adjust_batch",
        "list_events",
        "list_items",
        "list_reservations",
        "list_stock",
        "get_mirror",
        "set_mirror_availability",
        "create_reservation",
        "commit_reservation",
        "extend_reservation",
        "release_reservation",
        "create_webhook_endpoint",
        "list_webhook_endpoints",
    ]),
    polish(&[
        "bulk_availability",
        "list_counts",
        "list_orders",
        "get_order",
        "cancel_order",
        "confirm_order",
        "reject_order",
        "list_products",
        "get_product",
        "put_availability",
        "create_webhook",
        "list_webhooks",
    ]),
];

const WRITES: &[Site] = &[
    KEYED,
    polish(&[
        "bulk_availability",
        "put_availability",
        "confirm_order",
        "reject_order",
        "cancel_order",
    ]),
];

/// Writes that carry an idempotency key.
const KEYED: Site = jerky(&[
    "adjust_batch",
    "create_reservation",
    "commit_reservation",
    "extend_reservation",
    "release_reservation",
    "set_mirror_availability",
]);

const READS: &[Site] = &[
    jerky(&[
        "list_stock",
        "list_items",
        "list_reservations",
        "get_mirror",
    ]),
    polish(&[
        "list_orders",
        "get_order",
        "list_products",
        "get_product",
        "list_counts",
    ]),
];

/// Replies and webhooks that state quantities of stock or orders.
const QUANTITIES: &[Site] = &[
    Site {
        topics: &["stock.changed"],
        ..jerky(&[
            "list_stock",
            "create_reservation",
            "commit_reservation",
            "adjust_batch",
        ])
    },
    Site {
        topics: &["product.updated", "order.created", "order.updated"],
        ..polish(&[
            "list_products",
            "get_product",
            "list_orders",
            "get_order",
            "list_counts",
        ])
    },
];

const PAGES: &[Site] = &[
    jerky(&["list_stock", "list_items", "list_reservations"]),
    polish(&["list_orders", "list_products", "list_counts"]),
];

/// What states a unit that is not always the same.
const UNITS: &[Site] = &[Site {
    topics: &["stock.changed"],
    ..jerky(&["list_stock", "list_items", "create_reservation"])
}];

/// What states the day a lot expires.
const DAYS: &[Site] = &[Site {
    topics: &["stock.changed"],
    ..jerky(&["list_stock", "create_reservation", "commit_reservation"])
}];

const fn jerky(operations: &'static [&'static str]) -> Site {
    Site {
        vendor: "jerky",
        operations,
        topics: JERKY_TOPICS,
    }
}

const fn polish(operations: &'static [&'static str]) -> Site {
    Site {
        vendor: "polish",
        operations,
        topics: POLISH_TOPICS,
    }
}

/// Where a kind is worth trying.
pub(super) fn sites(kind: &str) -> &'static [Site] {
    few(kind).unwrap_or(ANYWHERE)
}

/// The few places where a kind can strike, if they are few: its rules always name them, or they would
/// count requests that the kind passes over.
pub(super) fn few(kind: &str) -> Option<&'static [Site]> {
    Some(match kind {
        "partial_batch" => const { &[jerky(&["adjust_batch"]), polish(&["bulk_availability"])] },
        "late_apply" => WRITES,
        "idempotency_key_ignored" => const { &[KEYED] },
        "sequence_reused" => const { &[jerky(&[])] },
        "sequence_gap" => const { &[jerky(&["list_events"])] },
        "cursor_expired" => const { &[jerky(&["list_events", "list_stock", "list_reservations"])] },
        "stale_read" => READS,
        "page_looping" | "page_repeated" | "page_skipped" => PAGES,
        "wrong_unit" => UNITS,
        "day_zero_date" => DAYS,
        "zero_wipe" | "negative_quantity" | "overflowing_quantity" => QUANTITIES,
        "duplicate_sku" => const { &[jerky(&["list_stock"]), polish(&["list_products"])] },
        _ => return None,
    })
}
