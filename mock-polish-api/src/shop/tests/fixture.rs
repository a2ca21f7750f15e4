//! A small shop, and short words for what one does in it.

use jiff::{SignedDuration, Timestamp};

use crate::{
    Actor, AvailabilityRow, CancelRequest, Command, Component, Config, Confirmation, Customer,
    ErrorCode, Event, LineQuantity, NewCount, NewLine, NewOrder, OpeningProduct, Order, OrderId,
    Outcome, PageRequest, Product, ProductKind, Refusal, Rejection, Reply, ReturnRequest,
    ReturnedQuantity, Role, ShipRequest, Shop,
};

pub(super) const POLISH: &str = "OWN-RED";
pub(super) const OTHER_POLISH: &str = "OWN-BLUE";
pub(super) const JERKY: &str = "RES-JERKY";
pub(super) const AUTO_JERKY: &str = "RES-AUTO";
pub(super) const GIFT: &str = "KIT-GIFT";
pub(super) const AUTO_GIFT: &str = "KIT-AUTO";
pub(super) const SKUS: [&str; 6] = [POLISH, OTHER_POLISH, JERKY, AUTO_JERKY, GIFT, AUTO_GIFT];

pub(super) fn start() -> Timestamp {
    "2026-11-02T14:00:00Z".parse().unwrap()
}

/// The shop's day: it counts seconds and remembers what it told the world.
pub(super) struct Day {
    pub(super) shop: Shop,
    pub(super) now: Timestamp,
    pub(super) events: Vec<Event>,
}

pub(super) fn catalogue() -> Vec<OpeningProduct> {
    let product = |sku, kind, stock| OpeningProduct::new(sku, sku, kind, stock);
    let component = |sku: &str, quantity| Component {
        sku: sku.into(),
        quantity,
    };
    vec![
        product(POLISH, ProductKind::Own, 100),
        product(OTHER_POLISH, ProductKind::Own, 20),
        OpeningProduct {
            moq: 6,
            order_multiple: 3,
            ..product(JERKY, ProductKind::Resale, 50)
        },
        OpeningProduct {
            confirm: Confirmation::Auto,
            ..product(AUTO_JERKY, ProductKind::Resale, 40)
        },
        OpeningProduct {
            components: vec![component(POLISH, 2), component(JERKY, 1)],
            ..product(GIFT, ProductKind::Kit, 30)
        },
        OpeningProduct {
            components: vec![component(OTHER_POLISH, 1), component(AUTO_JERKY, 2)],
            confirm: Confirmation::Auto,
            ..product(AUTO_GIFT, ProductKind::Kit, 15)
        },
    ]
}

impl Day {
    pub(super) fn new() -> Self {
        Self {
            shop: Shop::open(Config::default().shop, catalogue(), start()),
            now: start(),
            events: Vec::new(),
        }
    }

    /// A second later, `role` asks for this.
    pub(super) fn ask(&mut self, role: Role, command: Command) -> Result<Reply, Refusal> {
        self.wait(1);
        let actor = Actor::new(role.as_str(), role);
        let Outcome { result, events } = self.shop.handle(&actor, command, self.now);
        self.events.extend(events);
        result
    }

    pub(super) fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub(super) fn place(&mut self, lines: &[(&str, i64)]) -> Result<Order, Refusal> {
        self.ask(
            Role::Storefront,
            Command::CreateOrder(new_order(None, lines)),
        )
        .map(order_of)
    }

    pub(super) fn confirm(&mut self, id: OrderId) -> Result<Order, Refusal> {
        self.ask(
            Role::Middleware,
            Command::ConfirmOrder { id, if_match: None },
        )
        .map(order_of)
    }

    pub(super) fn reject(&mut self, id: OrderId, body: Rejection) -> Result<Order, Refusal> {
        self.ask(
            Role::Middleware,
            Command::RejectOrder {
                id,
                if_match: None,
                body,
            },
        )
        .map(order_of)
    }

    pub(super) fn cancel(
        &mut self,
        id: OrderId,
        lines: Option<&[(u32, i64)]>,
    ) -> Result<Order, Refusal> {
        let body = CancelRequest {
            reason: "changed my mind".into(),
            lines: lines.map(quantities),
        };
        self.ask(
            Role::Storefront,
            Command::CancelOrder {
                id,
                if_match: None,
                body,
            },
        )
        .map(order_of)
    }

    pub(super) fn ship(
        &mut self,
        id: OrderId,
        reference: &str,
        lines: Option<&[(u32, i64)]>,
    ) -> Result<Order, Refusal> {
        let body = ShipRequest {
            reference: reference.into(),
            lines: lines.map(quantities),
        };
        self.ask(
            Role::Staff,
            Command::ShipOrder {
                id,
                if_match: None,
                body,
            },
        )
        .map(order_of)
    }

    pub(super) fn take_back(
        &mut self,
        id: OrderId,
        reference: &str,
        lines: &[(u32, i64, bool)],
    ) -> Result<Order, Refusal> {
        let line = |(line, quantity, restock): &(u32, i64, bool)| ReturnedQuantity {
            line_id: line.to_string(),
            quantity: *quantity,
            restock: *restock,
            reason: "chipped".into(),
        };
        let body = ReturnRequest {
            reference: reference.into(),
            lines: lines.iter().map(line).collect(),
        };
        self.ask(
            Role::Staff,
            Command::ReturnOrder {
                id,
                if_match: None,
                body,
            },
        )
        .map(order_of)
    }

    pub(super) fn publish(&mut self, sku: &str, available: i64) -> Result<Product, Refusal> {
        let command = Command::PutAvailability {
            sku: sku.into(),
            available,
            if_match: None,
        };
        match self.ask(Role::Middleware, command)? {
            Reply::Product(product) => Ok(*product),
            other => panic!("a product was asked for, not {other:?}"),
        }
    }

    pub(super) fn count(
        &mut self,
        reference: &str,
        sku: &str,
        counted: i64,
    ) -> Result<Reply, Refusal> {
        let count = NewCount {
            reference: reference.into(),
            sku: sku.into(),
            counted,
            note: None,
        };
        self.ask(Role::Staff, Command::CreateCount(count))
    }

    pub(super) fn product(&self, sku: &str) -> Product {
        self.shop.product(sku).unwrap()
    }

    pub(super) fn sellable(&self, sku: &str) -> i64 {
        self.product(sku).sellable
    }
}

pub(super) fn new_order(external_id: Option<&str>, lines: &[(&str, i64)]) -> NewOrder {
    let line = |(sku, quantity): &(&str, i64)| NewLine {
        sku: (*sku).into(),
        quantity: *quantity,
    };
    NewOrder {
        external_id: external_id.map(Into::into),
        customer: Customer {
            name: "Ada Fuller".into(),
            email: "ada@example.com".into(),
        },
        lines: lines.iter().map(line).collect(),
    }
}

pub(super) fn row(sku: &str, available: i64, version: Option<i64>) -> AvailabilityRow {
    AvailabilityRow {
        sku: sku.into(),
        available,
        version,
    }
}

pub(super) fn page(number: usize, size: usize) -> PageRequest {
    PageRequest { number, size }
}

pub(super) fn quantities(lines: &[(u32, i64)]) -> Vec<LineQuantity> {
    let line = |(line, quantity): &(u32, i64)| LineQuantity {
        line_id: line.to_string(),
        quantity: *quantity,
    };
    lines.iter().map(line).collect()
}

pub(super) fn order_of(reply: Reply) -> Order {
    match reply {
        Reply::Order(order) | Reply::Done { order, .. } => *order,
        other => panic!("an order was expected, not {other:?}"),
    }
}

pub(super) fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> ErrorCode {
    result.unwrap_err().code()
}
