//! The faults that strike requests, as one table. Each case holds the same conversation with a vendor
//! that nothing strikes and with one that the fault strikes: whatever was not aimed at must be the
//! same in both, and what was must show it.

use std::{ops::RangeInclusive, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::Request;
use http_body_util::Full;
use mock_kit::fault::Phase;
use serde_json::{Value, json};

use super::{Tried, bad_data};
use crate::{
    reach::{By, Reached, Told, on_both},
    toy::Toy,
    world::{World, pass, request},
};

/// How long a fault takes that only takes time, in milliseconds: longer than any reply by itself.
const LONG: u64 = 2000;

/// So many cases are played side by side, so that a reply by itself stays quick.
const AT_ONCE: usize = 8;

/// What is asked three times, and the second time struck.
#[derive(Clone, Copy)]
enum Ask {
    Add,
    AddUnderOneKey,
    Batch,
    Page,
    Count,
    Note,
    Stock,
}

type Shows = dyn Fn(&Told, &Told) -> bool;

/// One kind of fault in one phase.
struct Case {
    kind: &'static str,
    phase: &'static str,
    /// The kind's own fields.
    fields: Value,
    ask: Ask,
    /// How many notes there are more than without the fault, in the end.
    more: RangeInclusive<i64>,
    /// Whether the second answer is the fault's, given the one that nothing struck.
    shows: Box<Shows>,
}

/// All that was told in a conversation.
struct Conversation {
    aimed: Vec<Told>,
    /// Of the other operation, and of the other client.
    others: Vec<Told>,
}

on_both! {
    each_kind_strikes_the_request_that_its_rule_says_and_no_other: play_all;
}

pub(super) fn tried() -> Vec<Tried> {
    let cases = cases();
    cases.iter().map(|case| (case.kind, case.phase)).collect()
}

async fn play_all(by: By) {
    let plays = stream::iter(cases()).map(|case| play(by, case));
    plays.buffer_unordered(AT_ONCE).collect::<()>().await;
}

fn cases() -> Vec<Case> {
    [silences(), denials(), bodies(), meanings(), data()]
        .into_iter()
        .flatten()
        .collect()
}

fn case(
    kind: &'static str,
    phase: Phase,
    ask: Ask,
    shows: impl Fn(&Told, &Told) -> bool + 'static,
) -> Case {
    let is_applied = phase != Phase::BeforeApply || !matches!(ask, Ask::Add);
    let more = if is_applied { 0..=0 } else { -1..=-1 };
    Case {
        kind,
        phase: phase.as_str(),
        fields: json!({}),
        ask,
        more,
        shows: Box::new(shows),
    }
}

impl Case {
    fn with(self, fields: Value) -> Self {
        Self { fields, ..self }
    }

    fn and_more(self, more: RangeInclusive<i64>) -> Self {
        Self { more, ..self }
    }

    fn rule(&self) -> Value {
        let mut rule = self.fields.clone();
        rule["kind"] = self.kind.into();
        rule["phase"] = self.phase.into();
        rule["operation"] = self.ask.operation().into();
        rule["nth"] = 2.into();
        rule
    }
}

/// No answer, or one that is late.
fn silences() -> Vec<Case> {
    use Phase::{AppliedReplyLost, BeforeApply, MidBody, Reply};
    let long = json!({"hold_ms": LONG});
    let both = |kind, fields: Value| {
        [BeforeApply, AppliedReplyLost]
            .map(|phase| case(kind, phase, Ask::Add, is_nothing).with(fields.clone()))
    };
    let mut cases = vec![
        case("latency", BeforeApply, Ask::Add, is_late)
            .with(json!({"ms": LONG}))
            .and_more(0..=0),
        case("latency", Reply, Ask::Add, is_late).with(json!({"ms": LONG})),
        case("partition", BeforeApply, Ask::Add, is_nothing).with(long.clone()),
        case("partition", AppliedReplyLost, Ask::Add, is_nothing)
            .with(json!({"hold_ms": LONG, "direction": "from_vendor"})),
        case("reply_lost", AppliedReplyLost, Ask::Add, is_nothing),
        case("late_apply", AppliedReplyLost, Ask::Add, is_nothing)
            .with(json!({"answer": "reset", "delay_ms": 50})),
        case("reset", MidBody, Ask::Add, is_part),
    ];
    cases.extend(both("time_out", long));
    cases.extend(both("empty_reply", json!({})));
    cases.extend(both("garbage_bytes", json!({})));
    cases.extend(both("reset", json!({})));
    cases
}

/// Answers that say no, or elsewhere.
fn denials() -> Vec<Case> {
    use Phase::{AppliedReplyLost, BeforeApply};
    vec![
        case("server_error", BeforeApply, Ask::Add, |told, _| {
            told.status == 503
        }),
        case("server_error", AppliedReplyLost, Ask::Add, |told, _| {
            told.status == 503
        }),
        case("forbidden", BeforeApply, Ask::Add, |told, _| {
            told.status == 403
        }),
        case("phantom_not_found", BeforeApply, Ask::Add, |told, _| {
            told.status == 404
        }),
        case("false_conflict", BeforeApply, Ask::Add, |told, _| {
            told.status == 409
        }),
        case("redirect", BeforeApply, Ask::Add, |told, _| {
            told.status == 307 && told.header("location") == Some("http://elsewhere.test/notes")
        }),
        case("rate_limit_storm", BeforeApply, Ask::Add, |told, _| {
            told.status == 429 && told.header("retry-after") == Some("2")
        }),
    ]
}

/// Bodies that break off, crawl, or are called something else.
fn bodies() -> Vec<Case> {
    use Phase::{MidBody, Reply};
    vec![
        case("truncated_body", MidBody, Ask::Add, is_part),
        case("stalled_body", MidBody, Ask::Add, |told, plain| {
            is_part(told, plain) && told.took >= Duration::from_millis(LONG)
        })
        .with(json!({"hold_ms": LONG})),
        case("wrong_length", MidBody, Ask::Add, |told, plain| {
            !told.is_whole && told.body == plain.body
        }),
        case("trickle", Reply, Ask::Note, is_late).with(json!({"bytes": 4, "pause_ms": 300})),
        case("split", Reply, Ask::Note, is_late).with(json!({"cuts": 20, "pause_ms": 150})),
        case("wrong_content_type", Reply, Ask::Note, |told, plain| {
            told.header("content-type") == Some("text/plain") && told.body == plain.body
        }),
    ]
}

/// What only a handler can play, or only the keys.
fn meanings() -> Vec<Case> {
    use Phase::{BeforeApply, Reply};
    vec![
        case("partial_batch", BeforeApply, Ask::Batch, |told, _| {
            told.status == 207 && told.text().contains("503")
        })
        .and_more(-4..=-1),
        case(
            "idempotency_key_ignored",
            BeforeApply,
            Ask::AddUnderOneKey,
            |told, plain| {
                let replayed = |told: &Told| told.header("idempotent-replayed").is_some();
                told.status == 201 && replayed(plain) && !replayed(told)
            },
        )
        .and_more(1..=1),
        case("page_repeated", Reply, Ask::Page, |told, _| {
            ids(told) == [1, 2]
        }),
        case("page_skipped", Reply, Ask::Page, |told, _| {
            ids(told) == [5, 6]
        }),
        case("page_looping", Reply, Ask::Page, |told, _| {
            ids(told) == [3, 4] && told.header("next-page") == Some("1")
        }),
        case("cursor_expired", Reply, Ask::Page, |told, _| {
            told.status == 410
        }),
        case("sequence_gap", Reply, Ask::Page, |told, _| {
            ids(told).len() == 1
        }),
        case("sequence_reused", Reply, Ask::Add, |told, plain| {
            json_of(told)["id"].as_u64().unwrap() + 1 == json_of(plain)["id"].as_u64().unwrap()
        }),
        case("stale_read", Reply, Ask::Count, |told, plain| {
            json_of(told).as_u64().unwrap() < json_of(plain).as_u64().unwrap()
        }),
    ]
}

fn data() -> Vec<Case> {
    let bad = bad_data::all().into_iter();
    bad.map(|bad| {
        let shows = move |told: &Told, _: &Told| told.status == 200 && (bad.shows)(&told.text());
        case(bad.kind, Phase::Reply, Ask::Stock, shows).with(bad.fields)
    })
    .collect()
}

fn is_nothing(told: &Told, _: &Told) -> bool {
    told.status == 0
}

fn is_part(told: &Told, plain: &Told) -> bool {
    !told.is_whole && told.body.len() < plain.body.len() && plain.body.starts_with(&told.body)
}

fn is_late(told: &Told, plain: &Told) -> bool {
    told.is_whole && told.body == plain.body && told.took >= Duration::from_millis(LONG)
}

fn json_of(told: &Told) -> Value {
    serde_json::from_slice(&told.body).unwrap()
}

fn ids(told: &Told) -> Vec<u64> {
    let page = json_of(told);
    let notes = page.as_array().unwrap().iter();
    notes.map(|note| note["id"].as_u64().unwrap()).collect()
}

impl Ask {
    fn operation(self) -> &'static str {
        match self {
            Self::Add | Self::AddUnderOneKey => "add_note",
            Self::Batch => "add_batch",
            Self::Page => "list_notes",
            Self::Count => "count_note",
            Self::Note => "get_note",
            Self::Stock => "levels",
        }
    }

    /// What is asked of another operation meanwhile.
    fn other(self) -> Self {
        match self {
            // Two counts differ only if something was added between them.
            Self::Count => Self::Add,
            Self::Note => Self::Stock,
            _ => Self::Note,
        }
    }

    fn request(self, client: &str, turn: usize) -> Request<Full<Bytes>> {
        let note = r#"{"sku": "A", "quantity": 3}"#;
        let key = format!("{client}-{turn}");
        let (method, path, key, body) = match self {
            Self::Add => ("POST", "/notes", key, note.to_owned()),
            Self::AddUnderOneKey => ("POST", "/notes", client.to_owned(), note.to_owned()),
            Self::Batch => (
                "POST",
                "/notes/batch",
                key,
                format!("[{}]", [note; 4].join(",")),
            ),
            Self::Page => ("GET", "/notes?page=1", key, String::new()),
            Self::Count => ("GET", "/notes/1/count", key, String::new()),
            Self::Note => ("GET", "/notes/1", key, String::new()),
            Self::Stock => ("GET", "/stock", key, String::new()),
        };
        let request = request(method, path, client).header("host", "toy.test");
        let request = request.header("idempotency-key", key);
        let request = request.header("content-type", "application/json");
        request.body(Full::from(body)).unwrap()
    }
}

async fn play(by: By, case: Case) {
    let named = format!("{} {} by {by:?}", case.kind, case.phase);
    let (plain, notes) = {
        let reached = Reached::over(by, noted()).await;
        let plain = converse(&reached, case.ask).await;
        (plain, reached.world.notes())
    };
    let world = noted();
    world.strike(case.rule());
    let reached = Reached::over(by, world).await;
    let struck = converse(&reached, case.ask).await;
    for turn in [0, 2] {
        assert_same(&named, &struck.aimed[turn], &plain.aimed[turn]);
    }
    for (struck, plain) in struck.others.iter().zip(&plain.others) {
        assert_same(&named, struck, plain);
    }
    let (struck, plain) = (&struck.aimed[1], &plain.aimed[1]);
    assert!(
        (case.shows)(struck, plain),
        "{named}: {struck:?}, not {plain:?}"
    );
    // What is applied late comes by itself.
    pass(300).await;
    let more = i64::try_from(reached.world.notes()).unwrap() - i64::try_from(notes).unwrap();
    assert!(case.more.contains(&more), "{named}: {more} notes more");
    let (operation, phase) = (case.ask.operation(), case.phase);
    let report = [format!("{} {operation} {phase} 1", case.kind)];
    assert_eq!(reached.world.report(), report, "{named}");
}

/// A world of ten notes, so that each later one has a number of two digits.
fn noted() -> World {
    let world = World::of(Toy::new());
    (0..10).for_each(|_| world.note(1));
    world
}

async fn converse(reached: &Reached, ask: Ask) -> Conversation {
    let (mut aimed, mut others) = (Vec::new(), Vec::new());
    for turn in 0..3 {
        others.push(reached.tell(ask.other().request("hub", 10 + turn)).await);
        aimed.push(reached.tell(ask.request("hub", turn)).await);
        others.push(reached.tell(ask.request("staff", turn)).await);
        // A reply must have an age to be served again.
        pass(2).await;
    }
    Conversation { aimed, others }
}

/// Whether it was spared: all the same but for the time, the allowance and numbers handed out.
fn assert_same(named: &str, struck: &Told, plain: &Told) {
    let said = |told: &Told| {
        let mut headers = told.headers.clone();
        for varies in ["date", "ratelimit"] {
            headers.remove(varies);
        }
        let as_text = |_| Value::from(told.text());
        let mut body = serde_json::from_slice(&told.body).unwrap_or_else(as_text);
        if told.status == 201 && body.is_object() {
            body["id"].take();
        }
        (told.status, told.is_whole, headers, body)
    };
    assert_eq!(said(struck), said(plain), "{named}");
    let took = struck.took;
    assert!(took < Duration::from_millis(LONG), "{named}: {took:?}");
}
