//! That whatever is said lies inside the picture, and that what matters lies on top.

use std::collections::BTreeSet;

use super::*;

fn line(kind: Kind, from: Lane, to: Lane, what: &str, result: Reply) -> TraceLine {
    let at = Timestamp::UNIX_EPOCH;
    TraceLine {
        at,
        until: at,
        kind,
        from,
        to,
        what: what.to_owned(),
        about: "res_0000000000000000000000000000cbbc".to_owned(),
        result,
        faults: Vec::new(),
        names: BTreeSet::new(),
    }
}

fn drawn(lines: &[TraceLine]) -> String {
    let (circle, at) = (Circle::default(), Timestamp::UNIX_EPOCH);
    let around = Sequence::around(lines, &circle, at, at);
    around.draw().into_string()
}

/// From where to where each text reaches, in characters as wide as they are taken to be.
fn reaches(drawn: &str) -> Vec<(f64, f64, String)> {
    let value = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let texts = drawn.split("<text ").skip(1).map(|text| {
        let (tag, rest) = text.split_once('>').unwrap();
        let (said, _) = rest.split_once("</text>").unwrap();
        let tag = format!(" {tag}");
        let x: f64 = value(&tag, "x").unwrap().parse().unwrap();
        let width = said.chars().count() as f64 * CHARACTER;
        let from = match value(&tag, "text-anchor").as_deref() {
            Some("middle") => x - width / 2.0,
            Some("end") => x - width,
            _ => x,
        };
        (from, from + width, said.to_owned())
    });
    texts.collect()
}

#[test]
fn no_text_leaves_the_picture_whoever_takes_part() {
    let long = "fault in force: reply_lost polish put_availability,bulk_availability,set_mirror_availability";
    let person = |from, to| line(Kind::Request, from, to, long, Reply::Status(201));
    let people = [
        person(Lane::Warehouse, Lane::Jerky),
        person(Lane::Shop, Lane::Polish),
    ];
    let mut lost = line(Kind::Request, Lane::Hub, Lane::Polish, long, Reply::GaveUp);
    lost.faults
        .extend(["reply_lost (applied_reply_lost)", "latency (reply)"].map(str::to_owned));
    let always = [
        line(Kind::Process, Lane::Hub, Lane::Hub, long, Reply::None),
        line(Kind::Fact, Lane::Jerky, Lane::Jerky, long, Reply::None),
        line(Kind::Fact, Lane::Polish, Lane::Polish, long, Reply::None),
        line(Kind::Webhook, Lane::Jerky, Lane::Hub, long, Reply::Lost),
        lost,
    ];
    for people in [&[][..], &people[..1], &people[1..], &people] {
        let lines = [&always[..], people].concat();
        for (from, to, said) in reaches(&drawn(&lines)) {
            let lanes = 3 + people.len();
            assert!(
                from >= 0.0 && to <= WIDTH,
                "{lanes} lanes: {from} to {to}: {said}"
            );
        }
    }
}

#[test]
fn the_cross_of_a_lost_reply_lies_over_every_text_of_its_row() {
    let what = "create_reservation";
    for (result, is_answer) in [(Reply::GaveUp, true), (Reply::Failed("refused"), false)] {
        let mut lost = line(Kind::Request, Lane::Hub, Lane::Jerky, what, result);
        lost.faults
            .push("reply_lost (applied_reply_lost)".to_owned());
        let drawn = drawn(&[lost]);
        let (_, row) = drawn.split_once("<g class=\"request trouble\">").unwrap();
        let (row, _) = row.split_once("</g>").unwrap();
        let cross = row.find("class=\"cross\"").unwrap();
        assert!(row.rfind("</text>").unwrap() < cross, "{row}");
        assert_eq!(row.contains("class=\"back\""), is_answer, "{row}");
    }
}

#[test]
fn the_broken_moment_is_named_where_a_narrow_window_begins() {
    let what = "create_reservation";
    let said = line(
        Kind::Request,
        Lane::Hub,
        Lane::Jerky,
        what,
        Reply::Status(201),
    );
    let texts = reaches(&drawn(&[said]));
    let broken = texts
        .iter()
        .find(|(.., said)| said.starts_with("broken here"));
    let (from, to, _) = broken.unwrap();
    // What a telephone shows of the picture without scrolling.
    assert!(*from >= 0.0 && *to < 340.0, "{texts:?}");
}
