//! What a scenario file may say but cannot mean: names nobody knows, shares above one, faults
//! that are expected and never injected.

use std::{collections::BTreeMap, ops::Range};

use jiff::tz::TimeZone;
use mock_kit::fault::Who;
use toml::de::{DeArray, DeTable, DeValue};

use super::{Fault, HubSettings, Mistake, Scenario, Span, Step, found::FORMAT};

/// The names that files may use; handed in, because they live in other modules and crates.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Each vendor, with its operation ids and topics.
    pub vendors: BTreeMap<String, Vec<String>>,
    /// Whose requests a fault may strike: roles, and clients of either vendor.
    pub clients: Vec<String>,
    /// Invariants of the oracle.
    pub invariants: Vec<String>,
    /// Kinds of fault, the harness's own among them.
    pub faults: Vec<String>,
}

/// Something wrong at a path into the document.
#[derive(Debug)]
pub(crate) struct Wrong {
    path: Vec<Key>,
    what: String,
    expected: Option<String>,
    among: Option<(String, Vec<String>)>,
}

#[derive(Clone, Debug)]
enum Key {
    Name(&'static str),
    Index(usize),
}

/// The first thing wrong with a scenario.
pub(crate) fn check(scenario: &Scenario, known: &Known) -> Result<(), Wrong> {
    check_found(scenario)?;
    check_name(scenario)?;
    check_shares(scenario)?;
    check_zones(scenario)?;
    check_world(scenario)?;
    check_hub(&scenario.hub)?;
    check_spans(scenario)?;
    check_steps(scenario)?;
    check_expected(scenario, known)?;
    check_places(scenario, known)
}

fn check_found(scenario: &Scenario) -> Result<(), Wrong> {
    match &scenario.found {
        Some(found) if found.format != FORMAT => Err(Wrong::at(
            [Key::Name("found"), Key::Name("format")],
            format!(
                "a plan of format {}, written by lockstep {}; this is {}",
                found.format,
                found.version,
                env!("CARGO_PKG_VERSION")
            ),
        )
        .expecting(&format!(
            "format {FORMAT}: play it with that version, or hunt seed {} again with this one",
            scenario.seed.unwrap_or_default()
        ))),
        _ => Ok(()),
    }
}

fn check_name(scenario: &Scenario) -> Result<(), Wrong> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if scenario.name.is_empty() || !scenario.name.chars().all(plain) {
        return Err(Wrong::at(
            [Key::Name("name")],
            format!("`{}` is not a scenario's name", scenario.name),
        )
        .expecting("small letters, digits and hyphens"));
    }
    for (field, text) in [("title", &scenario.title), ("why", &scenario.why)] {
        if text.trim().is_empty() {
            return Err(Wrong::at([Key::Name(field)], format!("`{field}` is empty"))
                .expecting("the incident or the rule behind the scenario"));
        }
    }
    Ok(())
}

fn check_shares(scenario: &Scenario) -> Result<(), Wrong> {
    let world = &scenario.world;
    let traffic = scenario.rates();
    let shares = [
        ("world", "both", world.both),
        ("world", "eventual", world.eventual),
        ("world", "multiples", world.multiples),
        ("world", "min_days", world.min_days),
        ("world", "short_dated", world.short_dated),
        ("world", "undated", world.undated),
        ("world", "kept_back", world.kept_back),
        ("world", "packs", world.packs),
        ("traffic", "hot", traffic.hot),
        ("traffic", "kits", traffic.kits),
        ("traffic", "wrong_quantity", traffic.wrong_quantity),
        ("traffic", "shipped", traffic.shipped),
        ("traffic", "split", traffic.split),
        ("traffic", "cancelled", traffic.cancelled),
        ("traffic", "cancelled_in_part", traffic.cancelled_in_part),
        ("traffic", "racing", traffic.racing),
        ("traffic", "returned", traffic.returned),
    ];
    let rates = [
        ("orders", traffic.orders),
        ("receipts", traffic.receipts),
        ("counts", traffic.counts),
        ("damages", traffic.damages),
        ("recalls", traffic.recalls),
        ("shop_counts", traffic.shop_counts),
    ];
    for (table, field, share) in shares {
        if !(0.0..=1.0).contains(&share) {
            return Err(Wrong::at(
                [Key::Name(table), Key::Name(field)],
                format!("`{field}` is {share}"),
            )
            .expecting("a share between 0.0 and 1.0"));
        }
    }
    if !(0.1..=1000.0).contains(&traffic.tempo) {
        return Err(Wrong::at(
            [Key::Name("traffic"), Key::Name("tempo")],
            format!("`tempo` is {}", traffic.tempo),
        )
        .expecting("a factor between 0.1 and 1000"));
    }
    for (field, rate) in rates {
        if !(0.0..=1e6).contains(&rate) {
            return Err(Wrong::at(
                [Key::Name("traffic"), Key::Name(field)],
                format!("`{field}` is {rate}"),
            )
            .expecting("a rate per hour between 0 and 1000000"));
        }
    }
    Ok(())
}

fn check_zones(scenario: &Scenario) -> Result<(), Wrong> {
    let world = &scenario.world;
    for (field, zone) in [
        ("warehouse_zone", &world.warehouse_zone),
        ("shop_zone", &world.shop_zone),
    ] {
        if jiff::tz::db().get(zone).is_err() {
            return Err(Wrong::at(
                [Key::Name("world"), Key::Name(field)],
                format!("`{zone}` is not a time zone"),
            )
            .expecting("an IANA name such as `America/Chicago`"));
        }
    }
    Ok(())
}

/// Ninety days: each hour of it is thousands of requests.
const MOST: Span = Span::from_hours(2160);

fn check_world(scenario: &Scenario) -> Result<(), Wrong> {
    let world = &scenario.world;
    let wrong = |field, what: &str, expected: &str| {
        Err(Wrong::at([Key::Name("world"), Key::Name(field)], what).expecting(expected))
    };
    if world.items == 0 {
        return wrong("items", "a warehouse without items", "at least 1");
    }
    if world.lots == 0 {
        return wrong("lots", "items without lots", "at least 1");
    }
    if world.listings == 0 {
        return wrong("listings", "a shop that lists no jerky", "at least 1");
    }
    if world.quota == 0 {
        return wrong("quota", "a warehouse that answers nothing", "at least 1");
    }
    if world.kits > 0 && world.items < 2 {
        return wrong("kits", "gift boxes of one item", "`items` of at least 2");
    }
    for (field, number, most) in [
        ("items", world.items, 100_000),
        ("lots", world.lots, 1_000),
        ("listings", world.listings, 100_000),
        ("kits", world.kits, 100_000),
        ("mirrors", world.mirrors, 100_000),
        ("quota", world.quota, 100_000),
    ] {
        if number > most {
            return wrong(
                field,
                "more than a run can hold",
                &format!("at most {most}"),
            );
        }
    }
    if world.duration > MOST {
        return wrong("duration", "longer than a run can last", "at most `2160h`");
    }
    // Beyond, expiry dates and retries would leave the calendar.
    if !(1970..2200).contains(&world.start.to_zoned(TimeZone::UTC).year()) {
        return wrong(
            "start",
            "a time that no run begins at",
            "one from 1970 to 2199",
        );
    }
    if world.duration.as_millis() == 0 {
        return wrong("duration", "a run of no time", "a length such as `4h`");
    }
    Ok(())
}

/// What no middleware can be told: to do something every no time, or in portions of nothing.
fn check_hub(hub: &HubSettings) -> Result<(), Wrong> {
    let least = |field, what: String, expected: &str| {
        Err(Wrong::at([Key::Name("hub"), Key::Name(field)], what).expecting(expected))
    };
    for (field, span, shortest) in [
        ("feed_every", hub.feed_every, Span::from_millis(1)),
        ("poll_every", hub.poll_every, Span::from_millis(1)),
        ("sweep_every", hub.sweep_every, Span::from_secs(1)),
        ("request_timeout", hub.request_timeout, Span::from_millis(1)),
        ("reservation_ttl", hub.reservation_ttl, Span::from_secs(1)),
    ] {
        if let Some(span) = span.filter(|span| *span < shortest) {
            let expected = format!("at least `{shortest}`");
            return least(field, format!("`{field}` is `{span}`"), &expected);
        }
    }
    for (field, number) in [("bulk_from", hub.bulk_from), ("page_rows", hub.page_rows)] {
        if number == Some(0) {
            return least(field, format!("`{field}` is 0"), "at least 1");
        }
    }
    Ok(())
}

/// What would come, or be over, after the longest run: nobody lives to see it.
fn check_spans(scenario: &Scenario) -> Result<(), Wrong> {
    let steps = scenario.steps.iter().enumerate();
    let steps = steps.map(|(index, step)| ("step", index, "at", Some(step.at())));
    let faults = scenario.faults.iter().enumerate();
    let faults = faults.flat_map(|(index, fault)| {
        fault
            .spans()
            .map(|(field, span)| ("fault", index, field, span))
    });
    for (table, index, field, span) in steps.chain(faults) {
        if let Some(span) = span.filter(|span| *span > MOST) {
            let path = [Key::Name(table), Key::Index(index), Key::Name(field)];
            let what = format!("`{field}` is `{span}`, longer than a run can last");
            return Err(Wrong::at(path, what).expecting("at most `2160h`"));
        }
    }
    Ok(())
}

fn check_steps(scenario: &Scenario) -> Result<(), Wrong> {
    let mut orders = Vec::new();
    for step in &scenario.steps {
        if let Step::Order(order) = step {
            orders.push(order.name.clone());
        }
    }
    orders.sort();
    for (index, step) in scenario.steps.iter().enumerate() {
        let Some(order) = step.order() else { continue };
        if orders
            .binary_search_by(|name| name.as_str().cmp(order))
            .is_err()
        {
            return Err(Wrong::at(
                [Key::Name("step"), Key::Index(index), Key::Name("order")],
                format!("no step places the order `{order}`"),
            )
            .among(order, &orders));
        }
    }
    Ok(())
}

fn check_expected(scenario: &Scenario, known: &Known) -> Result<(), Wrong> {
    let expect = &scenario.expect;
    for (field, names, all, noun) in [
        (
            "invariants",
            &expect.invariants,
            &known.invariants,
            "an invariant",
        ),
        ("faults", &expect.faults, &known.faults, "a kind of fault"),
    ] {
        for (index, name) in names.iter().enumerate() {
            if !all.is_empty() && !all.contains(name) {
                let path = [Key::Name("expect"), Key::Name(field), Key::Index(index)];
                return Err(Wrong::at(path, format!("`{name}` is not {noun}")).among(name, all));
            }
        }
    }
    Ok(())
}

fn check_places(scenario: &Scenario, known: &Known) -> Result<(), Wrong> {
    if known.vendors.is_empty() {
        return Ok(());
    }
    for (index, fault) in scenario.faults.iter().enumerate() {
        let Fault::Vendor(rule) = fault else { continue };
        let at = |field| [Key::Name("fault"), Key::Index(index), Key::Name(field)];
        let vendor = rule.place.vendor.as_ref();
        if let Some(name) = vendor.filter(|name| !known.vendors.contains_key(*name)) {
            let names: Vec<String> = known.vendors.keys().cloned().collect();
            let what = format!("no vendor is called `{name}`");
            return Err(Wrong::at(at("vendor"), what).among(name, &names));
        }
        let asked = known
            .vendors
            .iter()
            .filter(|(name, _)| vendor.is_none_or(|vendor| vendor == *name));
        let operations: Vec<String> = asked.flat_map(|(_, names)| names).cloned().collect();
        let unknown = rule.operations().iter().find(|o| !operations.contains(o));
        if let Some(operation) = unknown {
            let who = vendor.map_or("neither vendor has an".to_owned(), |v| {
                format!("{v} has no")
            });
            let what = format!("{who} operation `{operation}`");
            return Err(Wrong::at(at("operation"), what).among(operation, &operations));
        }
        if let Some(Who::Name(client)) = &rule.place.client
            && !known.clients.contains(client)
        {
            let what = format!("no client is called `{client}`");
            return Err(Wrong::at(at("client"), what).among(client, &known.clients));
        }
    }
    Ok(())
}

impl Wrong {
    fn at(path: impl IntoIterator<Item = Key>, what: impl Into<String>) -> Self {
        Self {
            path: path.into_iter().collect(),
            what: what.into(),
            expected: None,
            among: None,
        }
    }

    fn expecting(mut self, expected: &str) -> Self {
        self.expected = Some(expected.to_owned());
        self
    }

    fn among(mut self, word: &str, names: &[String]) -> Self {
        self.among = Some((word.to_owned(), names.to_vec()));
        self
    }

    /// The mistake with its place: that of the value, or of the table that lacks it.
    pub(crate) fn place(self, file: &str, text: &str, document: &DeTable<'_>) -> Mistake {
        let at = locate(document, &self.path);
        let mut mistake = Mistake::at(file, text, &at, self.what);
        mistake.expected = self.expected;
        match self.among {
            Some((word, names)) => mistake.among(&word, names.iter().map(String::as_str)),
            None => mistake,
        }
    }
}

fn locate(document: &DeTable<'_>, path: &[Key]) -> Range<usize> {
    let mut at = 0..0;
    let mut table = Some(document);
    let mut array: Option<&DeArray<'_>> = None;
    for key in path {
        let value = match (key, table, array) {
            (Key::Name(name), Some(table), _) => table.get(*name),
            (Key::Index(index), _, Some(array)) => array.get(*index),
            _ => None,
        };
        let Some(value) = value else { return at };
        at = value.span();
        (table, array) = match value.get_ref() {
            DeValue::Table(inner) => (Some(inner), None),
            DeValue::Array(inner) => (None, Some(inner)),
            _ => (None, None),
        };
    }
    at
}
