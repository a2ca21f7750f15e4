//! The mapping as a file: what people write, in TOML or JSON, before anything is converted.

use serde::{Deserialize, Serialize};

use crate::catalogue::listing::{Component, JerkyComponent, Listing, Mirror, OwnComponent};
use crate::catalogue::need::{Measure, Number};
use crate::catalogue::policy::{ConflictPolicy, Criticality, Direction};
use crate::catalogue::problem::Problem;
use crate::quantity::{Quantity, Units};
use crate::sku::{JerkySku, PolishSku};
use crate::unit::{Package, Unit};

/// A mapping file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingFile {
    /// Products of the shop made of jerky stock.
    #[serde(default)]
    pub listing: Vec<ListingEntry>,
    /// The shop's own products, shown in the jerky system.
    #[serde(default)]
    pub mirror: Vec<MirrorEntry>,
}

/// One `[[listing]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListingEntry {
    /// The product of the shop.
    pub polish: PolishSku,
    /// Orders come in multiples of this.
    #[serde(default = "one")]
    pub order_multiple: Units,
    /// The smallest order.
    #[serde(default = "one")]
    pub minimum_order: Units,
    /// Days a lot must have left to be sold.
    #[serde(default)]
    pub min_days: u16,
    /// When an order may be confirmed.
    #[serde(default)]
    pub criticality: Criticality,
    /// Whether the shop's recounts flow back.
    #[serde(default)]
    pub direction: Direction,
    /// Who wins when they disagree.
    #[serde(default)]
    pub conflict: ConflictPolicy,
    /// What one selling unit takes.
    #[serde(default)]
    pub component: Vec<ComponentEntry>,
}

/// One `[[listing.component]]`: either `jerky` with a `unit`, or `polish`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentEntry {
    /// The item, for stock of the jerky warehouse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jerky: Option<JerkySku>,
    /// The product, for the shop's own stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub polish: Option<PolishSku>,
    /// How much of it, in `unit`, one selling unit takes.
    pub need: Number,
    /// A unit of measure (Rec 20) or a package (Rec 21).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What one package holds, such as `0.050 KGM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
    /// Kept back from this listing, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety_stock: Option<Number>,
}

/// One `[[mirror]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MirrorEntry {
    /// The shop's own product.
    pub polish: PolishSku,
    /// The item that shows it.
    pub jerky: JerkySku,
    /// How many of `unit` one selling unit of the product is.
    pub factor: Number,
    /// A unit of measure (Rec 20).
    pub unit: String,
}

impl MappingFile {
    /// The listings and mirrors it states, and what cannot be converted.
    pub(super) fn converted(&self) -> (Vec<Listing>, Vec<Mirror>, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut listings = Vec::with_capacity(self.listing.len());
        for (place, entry) in self.listing.iter().enumerate() {
            listings.push(entry.converted(&format!("listing[{place}]"), &mut problems));
        }
        let mut mirrors = Vec::with_capacity(self.mirror.len());
        for (place, entry) in self.mirror.iter().enumerate() {
            mirrors.extend(kept(
                entry.converted(&format!("mirror[{place}]")),
                &mut problems,
            ));
        }
        (listings, mirrors, problems)
    }
}

impl ListingEntry {
    fn converted(&self, path: &str, problems: &mut Vec<Problem>) -> Listing {
        let mut components = Vec::with_capacity(self.component.len());
        for (place, entry) in self.component.iter().enumerate() {
            let path = format!("{path}.component[{place}]");
            components.extend(kept(entry.converted(&path), problems));
        }
        Listing {
            polish: self.polish.clone(),
            components,
            order_multiple: self.order_multiple,
            minimum_order: self.minimum_order,
            min_days: self.min_days,
            criticality: self.criticality,
            direction: self.direction,
            conflict: self.conflict,
        }
    }
}

impl ComponentEntry {
    fn converted(&self, path: &str) -> Result<Component, Problem> {
        match (&self.jerky, &self.polish) {
            (Some(sku), None) => self.jerky(sku, path).map(Component::Jerky),
            (None, Some(sku)) => self.own(sku, path).map(Component::Own),
            (Some(_), Some(_)) => Err(Problem::new(
                path,
                "names both `jerky` and `polish`; a component is one of them",
            )),
            (None, None) => Err(Problem::new(
                path,
                "names no stock; give `jerky = \"…\"` or `polish = \"…\"`",
            )),
        }
    }

    fn jerky(&self, sku: &JerkySku, path: &str) -> Result<JerkyComponent, Problem> {
        let at = |field: &str| format!("{path}.{field}");
        let Some(code) = &self.unit else {
            return Err(Problem::new(
                path,
                "has no `unit`; jerky stock is counted in one",
            ));
        };
        let measure = Measure::new(code, self.pack.as_deref()).map_err(|message| {
            let is_content = self.pack.is_some() && code.parse::<Package>().is_ok();
            Problem::new(at(if is_content { "pack" } else { "unit" }), message)
        })?;
        let need = measure
            .factor(&self.need)
            .map_err(|message| Problem::new(at("need"), message))?;
        Ok(JerkyComponent {
            sku: sku.clone(),
            need,
            unit: measure.unit,
            safety_stock: self.safety_stock(measure, &at("safety_stock"))?,
        })
    }

    fn own(&self, sku: &PolishSku, path: &str) -> Result<OwnComponent, Problem> {
        if self.unit.is_some() || self.pack.is_some() {
            let message =
                "the shop's own stock is counted in selling units; remove `unit` and `pack`";
            return Err(Problem::new(path, message));
        }
        let pieces = Measure::new(Unit::Piece.code(), None)
            .map_err(|message| Problem::new(path, message))?;
        let need = pieces
            .quantity(&self.need)
            .map_err(|message| Problem::new(format!("{path}.need"), message))?;
        let safety_stock = self.safety_stock(pieces, &format!("{path}.safety_stock"))?;
        Ok(OwnComponent {
            sku: sku.clone(),
            need: Units::new(need.get()),
            safety_stock: Units::new(safety_stock.get()),
        })
    }

    fn safety_stock(&self, measure: Measure, path: &str) -> Result<Quantity, Problem> {
        let Some(number) = &self.safety_stock else {
            return Ok(Quantity::ZERO);
        };
        measure
            .quantity(number)
            .map_err(|message| Problem::new(path, message))
    }
}

impl MirrorEntry {
    fn converted(&self, path: &str) -> Result<Mirror, Problem> {
        let measure = Measure::new(&self.unit, None)
            .map_err(|message| Problem::new(format!("{path}.unit"), message))?;
        let factor = measure
            .factor(&self.factor)
            .map_err(|message| Problem::new(format!("{path}.factor"), message))?;
        Ok(Mirror {
            polish: self.polish.clone(),
            jerky: self.jerky.clone(),
            unit: measure.unit,
            factor,
        })
    }
}

fn kept<T>(converted: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    converted.map_err(|problem| problems.push(problem)).ok()
}

fn one() -> Units {
    Units::new(1)
}
