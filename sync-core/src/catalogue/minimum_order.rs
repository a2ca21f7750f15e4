//! Minimum order quantity and order multiple, for demand and for supply.

use crate::quantity::Units;

/// What is ordered to cover `need`: `m·⌈max(need, MOQ)/m⌉`. `None` when that does not fit. A
/// multiple below one counts as one.
pub fn order_quantity(need: Units, minimum: Units, multiple: Units) -> Option<Units> {
    let multiple = multiple.get().max(1);
    let wanted = need.max(minimum).or_zero().get();
    let lots = wanted / multiple + i64::from(wanted % multiple != 0);
    Units::new(lots).checked_mul(multiple)
}

/// How much of `stock` can be ordered at all: floored to the multiple, and nothing when that is
/// below the minimum.
pub fn sellable(stock: Units, minimum: Units, multiple: Units) -> Units {
    let whole = floored(stock, multiple);
    if whole < minimum { Units::ZERO } else { whole }
}

/// The largest whole multiple within `stock`.
pub fn floored(stock: Units, multiple: Units) -> Units {
    let stock = stock.or_zero().get();
    Units::new(stock - stock % multiple.get().max(1))
}
