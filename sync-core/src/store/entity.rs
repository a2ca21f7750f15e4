//! The kinds of entity that are kept whole, and their statements.

/// A kind of entity that is kept whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// An item of the jerky warehouse, with its level; by SKU.
    Item,
    /// A product of the shop, with what is published of it; by SKU.
    Product,
    /// An item that mirrors the shop's own stock; by SKU.
    Mirror,
    /// A recount on the shop's side; by id.
    Count,
    /// An order with its reservation; by id.
    Order,
}

pub(super) struct Statements {
    pub(super) open: &'static str,
    pub(super) one: &'static str,
    pub(super) number: &'static str,
    pub(super) put: &'static str,
}

macro_rules! statements {
    ($table:literal) => {
        Statements {
            open: concat!(
                "SELECT key, body FROM ",
                $table,
                " WHERE open = 1 ORDER BY key"
            ),
            one: concat!("SELECT body FROM ", $table, " WHERE key = ?1"),
            number: concat!("SELECT number FROM ", $table, " WHERE key = ?1"),
            put: concat!(
                "INSERT INTO ",
                $table,
                " (key, number, open, body) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (key) DO UPDATE SET number = ?2, open = ?3, body = ?4"
            ),
        }
    };
}

impl Entity {
    pub(super) const fn statements(self) -> Statements {
        match self {
            Self::Item => statements!("items"),
            Self::Product => statements!("products"),
            Self::Mirror => statements!("mirrors"),
            Self::Count => statements!("counts"),
            Self::Order => statements!("orders"),
        }
    }
}
