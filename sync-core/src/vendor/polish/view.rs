//! What the polish vendor says, parsed: domain names, instants instead of shop time, checked sums.
//!
//! Quantities are whole sell units of the shop. The vendor's own shapes are in `wire`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    quantity::Units,
    sku::{CountId, EventId, LineId, OrderId, PolishSku, ReturnRef, ShipmentRef},
    vendor::error::PolishFault,
};

/// Whose stock a product is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// The shop's own shelf.
    Own,
    /// Another warehouse; the shop shows what was last published.
    Resale,
    /// A gift box of other products.
    Kit,
}

/// Who confirms orders of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmMode {
    /// They wait for the middleware.
    Manual,
    /// The shop, at placement, by the published number.
    Auto,
}

/// A product of the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductView {
    /// The product.
    pub sku: PolishSku,
    /// Whose stock it is made of.
    pub kind: ProductKind,
    /// Who confirms its orders.
    pub confirm: ConfirmMode,
    /// Least quantity of an order line.
    pub moq: Units,
    /// An order line is a multiple of this.
    pub order_multiple: Units,
    /// What a kit is made of.
    pub components: Vec<ComponentView>,
    /// On the shop's own shelf; own products only.
    pub on_hand: Option<Units>,
    /// Of it, confirmed and unshipped; own products only.
    pub allocated: Option<Units>,
    /// Own: `on_hand − allocated`, which a recount can leave below zero. Else what was last
    /// published, less what auto-confirmed orders took since.
    pub available: Units,
    /// Quantity of pending orders.
    pub held: Units,
    /// What a shopper can buy.
    pub sellable: Units,
    /// Still traded.
    pub active: bool,
    /// Counts every change of this product; also its ETag.
    pub version: u64,
    /// By the vendor's clock. Order by `version`, never by this.
    pub updated_at: Timestamp,
}

/// One component of a kit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentView {
    /// A product of the shop.
    pub sku: PolishSku,
    /// How many go into one kit.
    pub quantity: Units,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Placed, on a hold that ends by itself.
    Pending,
    /// To be shipped.
    Confirmed,
    /// Some of it shipped.
    PartiallyFulfilled,
    /// Everything that was not cancelled shipped.
    Fulfilled,
    /// All that shipped came back.
    Returned,
    /// The middleware said no.
    Rejected,
    /// Called off, or its hold ended.
    Cancelled,
}

impl OrderStatus {
    /// The vendor's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::PartiallyFulfilled => "partially_fulfilled",
            Self::Fulfilled => "fulfilled",
            Self::Returned => "returned",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderView {
    /// The vendor's id.
    pub id: OrderId,
    /// Where it stands.
    pub status: OrderStatus,
    /// Why it was rejected or cancelled.
    pub reason: Option<String>,
    /// When a pending order's hold ends, by the vendor's clock.
    pub hold_expires_at: Option<Timestamp>,
    /// Whether staff may ship it.
    pub ready_to_ship: bool,
    /// Its lines.
    pub lines: Vec<OrderLineView>,
    /// What left the shop.
    pub shipments: Vec<ShipmentView>,
    /// What came back.
    pub returns: Vec<ReturnView>,
    /// What was called off.
    pub cancellations: Vec<CancellationView>,
    /// Counts every change of this order; also its ETag.
    pub version: u64,
    /// By the vendor's clock.
    pub created_at: Timestamp,
    /// By the vendor's clock; the cursor of the poll.
    pub updated_at: Timestamp,
}

/// One line of an order: `quantity = open + fulfilled + cancelled`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLineView {
    /// Unique in the order.
    pub line_id: LineId,
    /// The product.
    pub sku: PolishSku,
    /// Ordered.
    pub quantity: Units,
    /// Shipped.
    pub fulfilled: Units,
    /// Called off.
    pub cancelled: Units,
    /// Came back.
    pub returned: Units,
    /// Of that, to be sold again.
    pub restocked: Units,
}

/// One shipment of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentView {
    /// The staff's reference, unique in the order.
    pub reference: ShipmentRef,
    /// By the vendor's clock.
    pub shipped_at: Timestamp,
    /// What was in it.
    pub lines: Vec<LineQuantity>,
}

/// A quantity of one order line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineQuantity {
    /// The order's line.
    pub line_id: LineId,
    /// How many.
    pub quantity: Units,
}

/// One return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnView {
    /// The staff's reference, unique in the order.
    pub reference: ReturnRef,
    /// By the vendor's clock.
    pub returned_at: Timestamp,
    /// What came back.
    pub lines: Vec<ReturnLineView>,
}

/// One line of a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnLineView {
    /// The order's line.
    pub line_id: LineId,
    /// How many.
    pub quantity: Units,
    /// Whether staff found it fit to be sold again.
    pub restock: bool,
}

/// One cancellation, of a part or of all that was open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancellationView {
    /// The vendor's id.
    pub id: String,
    /// By the vendor's clock.
    pub at: Timestamp,
    /// What was called off.
    pub lines: Vec<LineQuantity>,
}

/// A recount on the shop's side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountView {
    /// The vendor's id; ids ascend.
    pub id: CountId,
    /// The staff's reference.
    pub reference: String,
    /// The product.
    pub sku: PolishSku,
    /// What was found.
    pub counted: Units,
    /// What the shop showed before.
    pub previous_available: Units,
    /// The difference.
    pub delta: Units,
    /// By the vendor's clock.
    pub counted_at: Timestamp,
}

/// A webhook's body: it says what to read, not what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolishEventView {
    /// The vendor's id, the same in every delivery of the event.
    pub id: EventId,
    /// What kind of thing changed.
    pub topic: PolishTopic,
    /// Which one: an order id, a SKU, a count id.
    pub resource_id: String,
    /// The version after the change.
    pub version: u64,
    /// By the vendor's clock.
    pub occurred_at: Timestamp,
}

/// What a webhook is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PolishTopic {
    /// A new order.
    #[serde(rename = "order.created")]
    OrderCreated,
    /// An order changed.
    #[serde(rename = "order.updated")]
    OrderUpdated,
    /// A product changed.
    #[serde(rename = "product.updated")]
    ProductUpdated,
    /// Someone recounted.
    #[serde(rename = "count.recorded")]
    CountRecorded,
}

/// What became of one row of a bulk publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkRowResult {
    /// The product.
    pub sku: PolishSku,
    /// An HTTP status for this row alone: 200, 404, 412 or 422.
    pub status: u16,
    /// The product's version after the change, or now.
    pub version: Option<u64>,
    /// Why it was refused.
    pub error: Option<PolishFault>,
}

/// A webhook registration as the vendor lists it. The secret is shown at registration only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookView {
    /// The vendor's id.
    pub id: String,
    /// Where deliveries go.
    pub url: String,
}
