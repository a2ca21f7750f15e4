//! Who may ask the shop for what.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The principal's name, as it stands in the ground truth.
    pub principal: Arc<str>,
    /// What it may do.
    pub role: Role,
}

impl Actor {
    /// An actor of this name and role.
    pub fn new(principal: &str, role: Role) -> Self {
        Self {
            principal: principal.into(),
            role,
        }
    }
}

/// What a principal is to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The integration that keeps another vendor in step.
    Middleware,
    /// The people who pack, count and take returns.
    Staff,
    /// The shop's own web site, which places orders for shoppers.
    Storefront,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Middleware, Self::Staff, Self::Storefront];

    /// The role of a principal of this kind; none for strangers.
    pub(crate) fn of(kind: mock_kit::Role) -> Option<Self> {
        match kind {
            mock_kit::Role::Middleware => Some(Self::Middleware),
            mock_kit::Role::Staff => Some(Self::Staff),
            mock_kit::Role::Storefront => Some(Self::Storefront),
            mock_kit::Role::Anonymous => None,
        }
    }

    /// What the shell calls a principal of this role.
    pub(crate) fn kit(self) -> mock_kit::Role {
        match self {
            Self::Middleware => mock_kit::Role::Middleware,
            Self::Staff => mock_kit::Role::Staff,
            Self::Storefront => mock_kit::Role::Storefront,
        }
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Middleware => "middleware",
            Self::Staff => "staff",
            Self::Storefront => "storefront",
        }
    }

    /// Whether the role may call the operation.
    pub fn may(self, operation: Operation) -> bool {
        use Operation as Op;
        match operation {
            Op::ListProducts
            | Op::GetProduct
            | Op::CreateOrder
            | Op::ListOrders
            | Op::GetOrder
            | Op::CancelOrder
            | Op::RotateKey => true,
            Op::ListHolds | Op::ListCounts | Op::RejectOrder => self != Self::Storefront,
            Op::ShipOrder | Op::ReturnOrder | Op::CreateCount => self == Self::Staff,
            Op::PutAvailability
            | Op::BulkAvailability
            | Op::ConfirmOrder
            | Op::CreateWebhook
            | Op::ListWebhooks
            | Op::DeleteWebhook => self == Self::Middleware,
        }
    }
}

macro_rules! operations {
    ($($variant:ident => $id:literal,)*) => {
        /// Every operation of the API, named as in its OpenAPI document.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "each name says what the operation does")]
        pub enum Operation {
            $($variant,)*
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The operation with this id.
            pub fn from_id(id: &str) -> Option<Self> {
                match id {
                    $($id => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The operation id of the OpenAPI document.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)*
                }
            }
        }
    };
}

impl Operation {
    /// Whether a request for it has a body, were it an empty one.
    pub(crate) fn takes_body(self) -> bool {
        !matches!(
            self,
            Self::ListProducts
                | Self::GetProduct
                | Self::ListOrders
                | Self::GetOrder
                | Self::ListHolds
                | Self::ListCounts
                | Self::ListWebhooks
                | Self::DeleteWebhook
        )
    }
}

operations! {
    ListProducts => "list_products",
    GetProduct => "get_product",
    PutAvailability => "put_availability",
    BulkAvailability => "bulk_availability",
    CreateOrder => "create_order",
    ListOrders => "list_orders",
    GetOrder => "get_order",
    ConfirmOrder => "confirm_order",
    RejectOrder => "reject_order",
    CancelOrder => "cancel_order",
    ShipOrder => "ship_order",
    ReturnOrder => "return_order",
    ListHolds => "list_holds",
    CreateCount => "create_count",
    ListCounts => "list_counts",
    CreateWebhook => "create_webhook",
    ListWebhooks => "list_webhooks",
    DeleteWebhook => "delete_webhook",
    RotateKey => "rotate_key",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_role_that_may_call_it() {
        for operation in Operation::ALL {
            assert!(
                Role::ALL.iter().any(|role| role.may(*operation)),
                "{operation:?}"
            );
        }
    }

    #[test]
    fn only_the_staff_handles_goods_and_only_the_middleware_publishes() {
        assert!(!Role::Middleware.may(Operation::ShipOrder));
        assert!(!Role::Staff.may(Operation::PutAvailability));
        assert!(!Role::Storefront.may(Operation::ListHolds));
    }
}
