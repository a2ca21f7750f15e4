//! How a catalogue comes out of a world and a seed. Each article draws under its own name.

use jiff::{ToSpan, civil::Date};
use seams::Keyed;

use super::{
    catalogue::{
        Catalogue, Confirm, Direction, Item, Listing, Lot, Mirror, Need, Pack, Policy, Product,
        ProductKind,
    },
    goods::{self, Unit},
};
use crate::scenario::{Scenario, Supply, World};

/// Packets in grams.
const PACKETS: [i64; 6] = [28, 45, 50, 80, 100, 250];
/// Days a lot may have to have left.
const MIN_DAYS: [i32; 4] = [1, 2, 3, 7];

/// Puts goods on both vendors' shelves.
pub(super) fn stock(scenario: &Scenario, keyed: &Keyed) -> Catalogue {
    let shelf = Shelf::new(scenario, keyed);
    let world = &scenario.world;
    let items: Vec<Item> = (0..world.items).map(|n| shelf.item(n)).collect();
    let own: Vec<Product> = (0..world.mirrors).map(|n| shelf.own(n)).collect();
    let mirrors = own.iter().enumerate();
    let mirrors = mirrors.map(|(n, p)| shelf.mirror(n, p)).collect();
    let (mut products, mut listings): (Vec<_>, Vec<_>) = (0..world.listings)
        .filter_map(|n| shelf.resale(n, &items))
        .unzip();
    let kits: Vec<_> = (0..world.kits)
        .filter_map(|n| shelf.kit(n, &listings, &own))
        .collect();
    products.extend(own);
    for (product, listing) in kits {
        products.push(product);
        listings.push(listing);
    }
    Catalogue {
        items,
        mirrors,
        products,
        listings,
    }
}

struct Shelf<'a> {
    world: &'a World,
    keyed: &'a Keyed,
    /// The day at the warehouse when the run starts.
    today: Date,
    /// Days the run lasts, at least one.
    days: i64,
    /// Sell units that one listing is expected to sell.
    demand: f64,
}

impl<'a> Shelf<'a> {
    fn new(scenario: &'a Scenario, keyed: &'a Keyed) -> Self {
        let world = &scenario.world;
        Self {
            world,
            keyed,
            today: today(world),
            days: i64::try_from(world.duration.as_millis().div_ceil(86_400_000)).unwrap_or(1),
            demand: scenario.demand(),
        }
    }

    fn item(&self, number: u32) -> Item {
        let subject = format!("item-{number}");
        let name = goods::jerky_name(self.keyed, &subject);
        let unit = [Unit::Kgm, Unit::Grm, Unit::H87, Unit::Kgm]
            .get(self.below("unit", &subject, 4))
            .copied()
            .unwrap_or(Unit::Kgm);
        let packet = self.packet(unit, &subject);
        let lots = (0..self.world.lots)
            .map(|lot| self.lot(number, lot, packet))
            .collect();
        let withheld = match self.world.stock {
            Supply::Last => 0,
            Supply::Ample | Supply::Tight => self.below("withheld", &subject, 4) as i64,
        };
        Item {
            sku: format!("JRK-{number:04}-{}", goods::letters(&name)),
            name,
            gtin: goods::gtin(u64::from(number)),
            unit,
            pack: Pack {
                code: "PK",
                quantity: packet,
            },
            celsius: (2, 18),
            safety_stock: withheld * packet,
            lots,
        }
    }

    fn packet(&self, unit: Unit, subject: &str) -> i64 {
        match unit {
            Unit::H87 => 1,
            Unit::Kgm | Unit::Grm => self
                .keyed
                .draw("packet", subject, 0)
                .pick(&PACKETS)
                .copied()
                .unwrap_or(50),
        }
    }

    fn lot(&self, item: u32, number: u32, packet: i64) -> Lot {
        let subject = format!("item-{item}-lot-{number}");
        let lots = f64::from(self.world.lots);
        let packets = match self.world.stock {
            Supply::Ample => self.demand * (8.0 + 8.0 * self.fraction("ample", &subject)) / lots,
            Supply::Tight => self.demand * (0.3 + 0.7 * self.fraction("tight", &subject)) / lots,
            Supply::Last => f64::from(u32::from(number == 0)) + self.fraction("last", &subject),
        };
        // Weighed goods do not come in whole packets: what is left of one must never be sold.
        let crumbs = self.below("crumbs", &subject, packet.unsigned_abs()) as i64;
        let letter = char::from(b'A' + (number % 26) as u8);
        Lot {
            lot: format!("L{:02}{item:04}{letter}", self.today.year() % 100),
            location: format!("{letter}-{:02}", self.below("bin", &subject, 40) + 1),
            produced_on: self.days_from_today(-30 - self.below("made", &subject, 60) as i64),
            expires_on: self.expiry(&subject),
            quantity: packets as i64 * packet + crumbs,
        }
    }

    fn expiry(&self, subject: &str) -> Option<Date> {
        let draw = |purpose| self.keyed.draw(purpose, subject, 0);
        if draw("short_dated").chance(self.world.short_dated) {
            let day = draw("expires").below(self.days.unsigned_abs());
            return Some(self.days_from_today(day as i64));
        }
        if draw("keeps").chance(self.world.undated) {
            return None;
        }
        let day = self.days.unsigned_abs() + draw("expires").between(2, 240);
        Some(self.days_from_today(day as i64))
    }

    fn own(&self, number: u32) -> Product {
        let subject = format!("own-{number}");
        let name = goods::polish_name(self.keyed, &subject);
        let on_hand = match self.world.stock {
            Supply::Ample => 400 + self.below("own", &subject, 600) as i64,
            Supply::Tight => 20 + self.below("own", &subject, 40) as i64,
            Supply::Last => 1 + self.below("own", &subject, 4) as i64,
        };
        Product {
            sku: format!("NP-{number:03}-{}", goods::letters(&name)),
            name,
            kind: ProductKind::Own { on_hand },
            price_cents: 900 + self.below("price", &subject, 900) as i64,
            moq: 1,
            order_multiple: 1,
            confirm: Confirm::Manual,
        }
    }

    fn resale(&self, number: u32, items: &[Item]) -> Option<(Product, Listing)> {
        let item = items.get(number as usize % items.len().max(1))?;
        let subject = format!("listing-{number}");
        let per_unit = [1, 1, 2, 3].get(self.below("per_unit", &subject, 4))?;
        let (moq, order_multiple) = self.minimum(&subject);
        let product = Product {
            sku: format!("SNACK-{number:03}-{}", goods::letters(&item.name)),
            name: format!("{}, {per_unit} packets", item.name),
            kind: ProductKind::Resale,
            price_cents: 600 + self.below("price", &subject, 2400) as i64,
            moq,
            order_multiple,
            confirm: self.confirm(&subject),
        };
        let need = Need::Jerky {
            sku: item.sku.clone(),
            quantity: item.pack.quantity * per_unit,
        };
        let listing = Listing {
            product: product.sku.clone(),
            needs: vec![need],
            min_days: self.min_days(&subject),
            safety_stock: self.kept_back(&subject) * item.pack.quantity,
            confirm: product.confirm,
            direction: self.direction(&subject),
            policy: Policy::of(self.world.conflict, self.keyed, &subject),
        };
        Some((product, listing))
    }

    /// A gift box: two neighbouring listings, so that boxes share components, and a polish.
    fn kit(
        &self,
        number: u32,
        listings: &[Listing],
        own: &[Product],
    ) -> Option<(Product, Listing)> {
        let subject = format!("kit-{number}");
        let mut components = Vec::new();
        let mut needs = Vec::new();
        let single: Vec<&Listing> = listings
            .iter()
            .filter(|l| l.confirm == Confirm::Manual)
            .collect();
        for step in 0..2.min(single.len()) {
            let listing = single.get((number as usize + step) % single.len())?;
            let count = 1 + self.below("count", &format!("{subject}-{step}"), 2) as i64;
            components.push((listing.product.clone(), count));
            listing
                .needs
                .iter()
                .for_each(|need| add(&mut needs, need.times(count)));
        }
        if let Some(polish) = own.get(number as usize % own.len().max(1)) {
            components.push((polish.sku.clone(), 1));
            needs.push(Need::Own {
                sku: polish.sku.clone(),
                quantity: 1,
            });
        }
        // Where every listing is confirmed by the shop and it has no polish, there is no box.
        if components.is_empty() {
            return None;
        }
        let product = Product {
            sku: format!("GIFT-{number:03}"),
            name: format!("Gift box \u{2116} {}", number + 1),
            kind: ProductKind::Kit { components },
            price_cents: 3500 + self.below("price", &subject, 4000) as i64,
            moq: 1,
            order_multiple: 1,
            confirm: Confirm::Manual,
        };
        let listing = Listing {
            product: product.sku.clone(),
            needs,
            min_days: 0,
            safety_stock: 0,
            confirm: Confirm::Manual,
            direction: Direction::FromJerky,
            policy: Policy::OwnerWins,
        };
        Some((product, listing))
    }

    fn minimum(&self, subject: &str) -> (i64, i64) {
        if !self
            .keyed
            .draw("multiples", subject, 0)
            .chance(self.world.multiples)
        {
            return (1, 1);
        }
        let multiple = 2 + self.below("multiple", subject, 5) as i64;
        // An order minimum need not be a multiple of the order multiple: 5 with 4 means 8.
        let moq = 1 + self.below("moq", subject, 10) as i64;
        (moq, multiple)
    }

    /// Packets that a listing keeps back.
    fn kept_back(&self, subject: &str) -> i64 {
        let keeps = self.keyed.draw("kept_back", subject, 0);
        match keeps.chance(self.world.kept_back) {
            true => 1 + self.below("packets", subject, 3) as i64,
            false => 0,
        }
    }

    /// A polish in the jerky system, by the piece.
    fn mirror(&self, number: usize, product: &Product) -> Mirror {
        let subject = format!("mirror-{number}");
        let in_packs = self.keyed.draw("packs", &subject, 0);
        Mirror {
            sku: format!("POL-{number:04}"),
            product: product.sku.clone(),
            name: product.name.clone(),
            gtin: goods::gtin(500_000 + number as u64),
            factor: match in_packs.chance(self.world.packs) {
                true => 2 + self.below("pieces", &subject, 5) as i64,
                false => 1,
            },
        }
    }

    fn confirm(&self, subject: &str) -> Confirm {
        let eventual = self
            .keyed
            .draw("eventual", subject, 0)
            .chance(self.world.eventual);
        if eventual {
            Confirm::Auto
        } else {
            Confirm::Manual
        }
    }

    fn direction(&self, subject: &str) -> Direction {
        let both = self.keyed.draw("both", subject, 0).chance(self.world.both);
        if both {
            Direction::Both
        } else {
            Direction::FromJerky
        }
    }

    fn min_days(&self, subject: &str) -> i32 {
        if !self
            .keyed
            .draw("min_days", subject, 0)
            .chance(self.world.min_days)
        {
            return 0;
        }
        let draw = self.keyed.draw("days", subject, 0);
        draw.pick(&MIN_DAYS).copied().unwrap_or(1)
    }

    fn days_from_today(&self, days: i64) -> Date {
        self.today.saturating_add(days.days())
    }

    fn below(&self, purpose: &str, subject: &str, n: u64) -> usize {
        self.keyed.draw(purpose, subject, 0).below(n) as usize
    }

    fn fraction(&self, purpose: &str, subject: &str) -> f64 {
        self.keyed.draw(purpose, subject, 0).fraction()
    }
}

/// Two listings may sell the same item: a box of both needs it once, and more of it.
fn add(needs: &mut Vec<Need>, more: Need) {
    for need in needs.iter_mut() {
        if let (
            Need::Jerky { sku, quantity },
            Need::Jerky {
                sku: same,
                quantity: add,
            },
        ) = (need, &more)
            && sku == same
        {
            *quantity += add;
            return;
        }
    }
    needs.push(more);
}

impl Need {
    fn times(&self, count: i64) -> Self {
        match self {
            Self::Jerky { sku, quantity } => Self::Jerky {
                sku: sku.clone(),
                quantity: quantity * count,
            },
            Self::Own { sku, quantity } => Self::Own {
                sku: sku.clone(),
                quantity: quantity * count,
            },
        }
    }
}

fn today(world: &World) -> Date {
    let zone = jiff::tz::TimeZone::get(&world.warehouse_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    world.start.to_zoned(zone).date()
}
