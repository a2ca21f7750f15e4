//! The faults of one world: a random subset of the kinds, because a fault that is always there
//! hides what only happens without it (swarm testing: Groce et al., ISSTA 2012).

use mock_kit::{
    FaultRule,
    fault::{About, Phase, about_all},
};
use seams::Draw;
use serde_json::{Map, Value, json};

use super::{
    draw::Draws,
    kinds::{self, Kinds},
    sites::{few, sites},
    survivable,
};
use crate::scenario::{
    ClockJump, ClockOwner, Crash, CrashPhase, Fault, Moment, Outage, ProcessFault, Span,
    VendorCrash, VendorName,
};

/// How many rules a world has: with more, it is never calm enough to get anywhere.
const RULES: [u64; 8] = [0, 1, 2, 3, 4, 5, 6, 8];

/// Rows that most worlds have, by what their names begin with.
const JERKY_ROWS: [&str; 3] = ["JRK-0000-*", "JRK-0001-*", "ORD-000001"];
const POLISH_ROWS: [&str; 4] = ["SNACK-000-*", "SNACK-001-*", "NP-000-*", "ORD-000001"];

/// The faults of a world that lasts `duration`.
pub(super) fn faults(kinds: &Kinds, draws: &Draws, duration: Span) -> Vec<Fault> {
    let weather = Weather { draws, duration };
    let chosen: Vec<&str> = match kinds.is_swarm() {
        true => weather.subset(kinds.names()),
        false => kinds.names().to_vec(),
    };
    let count = match kinds.is_swarm() {
        true => draws.of("rules").pick(&RULES).copied().unwrap_or(1),
        false => chosen.len() as u64,
    };
    let weighed: Vec<&str> = chosen
        .iter()
        .flat_map(|kind| kinds::weighed(kind))
        .collect();
    let kind = |number: u64| match kinds.is_swarm() {
        true => draws.nth("kind", number).pick(&weighed).copied(),
        false => chosen.get(usize::try_from(number).ok()?).copied(),
    };
    let mut faults: Vec<Fault> = (0..count)
        .filter_map(|number| weather.fault(kind(number)?, number))
        .collect();
    survivable::keep(&mut faults);
    faults
}

struct Weather<'a> {
    draws: &'a Draws,
    duration: Span,
}

impl Weather<'_> {
    fn subset<'k>(&self, names: &[&'k str]) -> Vec<&'k str> {
        let share = self.draws.of("share").pick(&[0.1, 0.3, 0.6]).copied();
        let is_in = |name: &&&str| {
            self.draws
                .about("in", name)
                .chance(share.unwrap_or_default())
        };
        names.iter().filter(is_in).copied().collect()
    }

    fn fault(&self, kind: &str, number: u64) -> Option<Fault> {
        let Some(about) = about_all().iter().find(|about| about.name == kind) else {
            return Some(match self.process(kind, number) {
                Some(fault) => Fault::Process(fault),
                None => Fault::Crash(self.crash(number)),
            });
        };
        let mut fields = Map::new();
        fields.insert("kind".to_owned(), json!(kind));
        self.vary(about, number, &mut fields);
        self.place(about, number, &mut fields);
        self.time(about, number, &mut fields);
        let mut rule = FaultRule::from_fields(fields.clone());
        if rule.is_err() {
            // The kind's own fields settle its phase.
            fields.remove("phase");
            rule = FaultRule::from_fields(fields);
        }
        // Each field was drawn from what the kind allows; a test draws thousands.
        Some(Fault::Vendor(Box::new(rule.ok()?)))
    }

    fn process(&self, kind: &str, number: u64) -> Option<ProcessFault> {
        let draw = |purpose| self.draws.nth(purpose, number);
        let seconds = |purpose, most| Span::from_secs(1 + draw(purpose).below(most));
        let outage = || Outage {
            from: self.within(draw("from")),
            lasts: seconds("lasts", 120),
        };
        Some(match kind {
            "vendor_crash" => ProcessFault::VendorCrash(self.vendor_crash(number)),
            "storage_busy" => ProcessFault::StorageBusy(outage()),
            "storage_full" => ProcessFault::StorageFull(outage()),
            "clock_jump" => ProcessFault::ClockJump(ClockJump {
                of: draw("whose")
                    .pick(&[ClockOwner::Hub, ClockOwner::Jerky, ClockOwner::Polish])
                    .copied()?,
                seconds: draw("by").pick(&[-90, -2, 2, 90]).copied()?,
                at: self.within(draw("at")),
                lasts: Some(seconds("lasts", 300)),
            }),
            _ => return None,
        })
    }

    fn vendor_crash(&self, number: u64) -> VendorCrash {
        let draw = |purpose| self.draws.nth(purpose, number);
        let by_request = draw("by request").chance(0.5);
        VendorCrash {
            vendor: match draw("vendor").chance(0.5) {
                true => VendorName::Jerky,
                false => VendorName::Polish,
            },
            at: (!by_request).then(|| self.within(draw("at"))),
            nth_request: by_request.then(|| 1 + draw("request").below(80)),
            phase: match draw("applied").chance(0.5) {
                true => CrashPhase::AppliedReplyLost,
                false => CrashPhase::BeforeApply,
            },
            restart_after: self.dead(number),
        }
    }

    fn crash(&self, number: u64) -> Crash {
        let draw = |purpose| self.draws.nth(purpose, number);
        let moment = match draw("moment").below(4) {
            0 => Moment::NthRequest(1 + draw("request").below(80)),
            1 => Moment::NthCommit(1 + draw("commit").below(80)),
            2 => Moment::EveryCommit(10 + draw("every commit").below(60)),
            _ => Moment::At(self.within(draw("at"))),
        };
        let restart_after = match moment {
            Moment::EveryCommit(_) => self.briefly(number),
            _ => self.dead(number),
        };
        Crash {
            moment,
            restart_after,
        }
    }

    /// How long a process stays dead: now and then longer than the shortest reservation lives.
    fn dead(&self, number: u64) -> Span {
        match self.draws.nth("long dead", number).chance(0.2) {
            true => Span::from_secs(self.draws.nth("dead long", number).between(400, 800)),
            false => self.briefly(number),
        }
    }

    fn briefly(&self, number: u64) -> Span {
        Span::from_secs(1 + self.draws.nth("dead", number).below(120))
    }

    fn vary(&self, about: &About, number: u64, fields: &mut Map<String, Value>) {
        for (field, values) in kinds::variety(about.name) {
            if self.draws.nth(&format!("vary {field}"), number).chance(0.6)
                && let Some(text) = self.draws.nth(field, number).pick(values)
                && let Ok(value) = serde_json::from_str(text)
            {
                fields.insert((*field).to_owned(), value);
            }
        }
    }

    fn place(&self, about: &About, number: u64, fields: &mut Map<String, Value>) {
        let phase = self.draws.nth("phase", number).pick(about.phases);
        if let Some(phase) = phase {
            fields.insert("phase".to_owned(), json!(phase.as_str()));
        }
        let sites = sites(about.name);
        let Some(site) = self.draws.nth("vendor", number).pick(sites) else {
            return;
        };
        fields.insert("vendor".to_owned(), json!(site.vendor));
        let vital = kinds::vital(about.name, site.vendor);
        if self.draws.nth("one field", number).chance(0.6)
            && let Some(field) = self.draws.nth("field", number).pick(vital)
        {
            fields.insert("field".to_owned(), json!(field));
        }
        if about.name == "sequence_reused" {
            // Whoever moves stock.
            fields.insert("client".to_owned(), json!("any"));
        }
        self.row(about, site.vendor, number, fields);
        let names = match phase {
            Some(Phase::Delivery) => site.topics,
            _ => site.operations,
        };
        if !kinds::is_of_connections(about.name)
            && self.draws.nth("narrow", number).chance(0.6)
            && let Some(name) = self.draws.nth("operation", number).pick(names)
        {
            fields.insert("operation".to_owned(), json!(name));
        } else if !names.is_empty() && few(about.name).is_some() {
            fields.insert("operation".to_owned(), json!(names));
        }
    }

    /// Bad data may be about one row, which then is always bad: what poison is.
    fn row(&self, about: &About, vendor: &str, number: u64, fields: &mut Map<String, Value>) {
        let rows: &[&str] = match vendor {
            "jerky" => &JERKY_ROWS,
            _ => &POLISH_ROWS,
        };
        if kinds::is_of_rows(about.name)
            && self.draws.nth("one row", number).chance(0.4)
            && let Some(row) = self.draws.nth("row", number).pick(rows)
        {
            fields.insert("about".to_owned(), json!(row));
        }
    }

    /// A stretch of the traffic, and how often in it.
    fn time(&self, about: &About, number: u64, fields: &mut Map<String, Value>) {
        self.stretch(about, number, fields);
        if about.name != "clock_skew" {
            self.often(number, fields);
        }
    }

    fn stretch(&self, about: &About, number: u64, fields: &mut Map<String, Value>) {
        if kinds::meets_few(about.name) {
            return;
        }
        let draw = |purpose| self.draws.nth(purpose, number);
        let whole = self.duration.as_millis();
        let from = self.within(draw("from")).as_millis() / 2;
        let longest = whole.saturating_sub(from).max(1000);
        let length = draw("length").between(longest / 4, longest);
        fields.insert("from".to_owned(), json!(from));
        let is_poison = fields.contains_key("about") && !kinds::is_of_names(about.name);
        let may_last = kinds::may_last(about.name) || is_poison;
        // What stays bad is rare by itself: it needs a row, and a request that reads it.
        let lasting = if is_poison { 0.6 } else { 0.3 };
        if may_last && draw("lasting").chance(lasting) {
            fields.insert("lasting".to_owned(), json!(true));
            if is_poison {
                only_reads(fields);
            }
        } else {
            fields.insert("until".to_owned(), json!(from + length));
        }
    }

    fn often(&self, number: u64, fields: &mut Map<String, Value>) {
        if fields.contains_key("about") {
            fields.insert("every".to_owned(), json!(1));
            return;
        }
        let draw = |purpose| self.draws.nth(purpose, number);
        match draw("often").below(5) {
            0 => fields.insert("nth".to_owned(), json!(1 + draw("nth").below(4))),
            1 => fields.insert("every".to_owned(), json!(1 + draw("every").below(4))),
            2 => fields.insert("chance".to_owned(), json!(0.1)),
            _ => fields.insert("chance".to_owned(), json!(0.5)),
        };
    }

    fn within(&self, draw: Draw) -> Span {
        Span::from_millis(draw.below(self.duration.as_millis()) / 1000 * 1000)
    }
}

/// Of a command whose reply can never be read, nobody can ever know what became: what stays bad for
/// good is what is read, or told by webhook.
fn only_reads(fields: &mut Map<String, Value>) {
    if fields.get("phase") == Some(&json!(Phase::Delivery.as_str())) {
        return;
    }
    fields.insert("method".to_owned(), json!("GET"));
    let is_read = |name: &str| name.starts_with("list_") || name.starts_with("get_");
    let operation = fields.get("operation").and_then(Value::as_str);
    if operation.is_some_and(|name| !is_read(name)) {
        fields.remove("operation");
    }
}
