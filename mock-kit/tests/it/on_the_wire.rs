//! Faults of the wire as bytes: each on a pipe under paused time, and on a real TCP socket, where a
//! reset is a reset, and a close a close.

use std::time::Duration;

use serde_json::json;
use tokio::{io::AsyncWriteExt, time::Instant};

use crate::reach::{By, End, Line, Reached, addition, ask, hear, on_both, reading};

const WHOLE: &str = r#"{"id":1,"sku":"A","quantity":3}"#;

on_both! {
    latency_is_silence_and_then_a_whole_reply: latencies;
    a_time_out_is_silence_and_an_orderly_close: time_outs;
    a_reset_is_a_reset_in_each_phase: resets;
    an_empty_reply_is_an_orderly_close: empty_replies;
    a_lost_reply_is_an_orderly_close: lost_replies;
    a_truncated_body_is_a_part_and_an_orderly_close: truncated_bodies;
    a_stalled_body_is_a_part_and_silence: stalled_bodies;
    garbage_is_no_http_and_a_close: garbage;
    a_trickle_comes_drop_by_drop_and_whole: trickles;
    a_split_reply_comes_in_pieces_and_whole: splits;
    too_long_a_length_ends_early: lengths_too_long;
    too_short_a_length_leaves_bytes_on_the_connection: lengths_too_short;
    a_refused_client_has_no_connection: refusals;
    what_is_above_a_limit_waits_for_its_turn: waiting_crowds;
    what_is_above_a_limit_is_refused: refused_crowds;
    a_partition_is_silence_applied_or_not: partitions;
    a_mild_reply_leaves_the_connection_in_use: kept_connections;
    a_head_has_no_body_however_it_is_sent: heads;
}

/// On a socket a reset is one; a pipe only ends.
fn reset_by(by: By) -> Option<End> {
    Some(match by {
        By::Pipe => End::Closed,
        By::Tcp => End::Reset,
    })
}

async fn resets(by: By) {
    for (phase, notes) in [
        ("before_apply", 0),
        ("applied_reply_lost", 1),
        ("mid_body", 1),
    ] {
        let rule = json!({"kind": "reset", "phase": phase, "operation": "add_note", "nth": 1});
        let reached = Reached::new(by, rule).await;
        let heard = reached.add("k").await;
        assert_eq!(heard.end, reset_by(by), "{phase}");
        assert_eq!(heard.pieces.is_empty(), phase != "mid_body", "{heard:?}");
        if phase == "mid_body" {
            assert!(heard.body().len() < WHOLE.len() && WHOLE.starts_with(&heard.body()));
        }
        assert_eq!(reached.world.notes(), notes);
        assert!(reached.add("l").await.text().contains(" 201 "));
        assert_eq!(
            reached.world.report(),
            [format!("reset add_note {phase} 1")]
        );
    }
}

async fn latencies(by: By) {
    for phase in ["before_apply", "reply"] {
        let rule = json!({"kind": "latency", "ms": 400, "phase": phase, "nth": 1});
        let reached = Reached::new(by, rule).await;
        let heard = reached.add("k").await;
        assert_eq!((heard.body().as_str(), heard.end), (WHOLE, None), "{phase}");
        let first = heard.pieces[0].0;
        assert!(first >= Duration::from_millis(400), "{phase}: {first:?}");
        assert!(reached.add("l").await.text().contains(" 201 "));
        assert_eq!(
            reached.world.report(),
            [format!("latency add_note {phase} 1")]
        );
    }
}

async fn time_outs(by: By) {
    for (phase, notes) in [("before_apply", 0), ("applied_reply_lost", 1)] {
        let rule = json!({"kind": "time_out", "hold_ms": 400, "phase": phase, "nth": 1});
        let reached = Reached::new(by, rule).await;
        let started = Instant::now();
        let heard = reached.add("k").await;
        assert_eq!((heard.bytes().len(), heard.end), (0, Some(End::Closed)));
        assert!(started.elapsed() >= Duration::from_millis(400), "{phase}");
        assert_eq!(reached.world.notes(), notes, "{phase}");
        assert!(reached.add("l").await.text().contains(" 201 "));
        assert_eq!(
            reached.world.report(),
            [format!("time_out add_note {phase} 1")]
        );
    }
}

async fn empty_replies(by: By) {
    for (phase, notes) in [("before_apply", 0), ("applied_reply_lost", 1)] {
        let rule = json!({"kind": "empty_reply", "phase": phase, "nth": 1});
        let reached = Reached::new(by, rule).await;
        let heard = reached.add("k").await;
        assert_eq!(
            (heard.bytes().len(), heard.end),
            (0, Some(End::Closed)),
            "{phase}"
        );
        assert_eq!(reached.world.notes(), notes);
        let after = reached.add("l").await;
        assert!(after.text().ends_with("}"), "{after:?}");
        assert_eq!(
            reached.world.report(),
            [format!("empty_reply add_note {phase} 1")]
        );
    }
}

async fn lost_replies(by: By) {
    let reached = Reached::new(by, json!({"kind": "reply_lost", "nth": 1})).await;
    let heard = reached.add("k").await;
    assert_eq!((heard.bytes().len(), heard.end), (0, Some(End::Closed)));
    assert_eq!(reached.world.notes(), 1);
}

async fn truncated_bodies(by: By) {
    for (share, length) in [(0.5, 15), (0.0, 0), (0.99, 30)] {
        let rule = json!({"kind": "truncated_body", "share": share, "operation": "add_note"});
        let reached = Reached::new(by, rule).await;
        let heard = reached.add("k").await;
        assert_eq!(heard.end, Some(End::Closed));
        assert_eq!(heard.body(), &WHOLE[..length]);
        assert!(
            heard.text().contains("\r\ncontent-length: 31\r\n"),
            "{heard:?}"
        );
        assert_eq!(reached.world.notes(), 1);
        assert_eq!(
            reached.world.report(),
            ["truncated_body add_note mid_body 1"]
        );
    }
}

async fn stalled_bodies(by: By) {
    let rule = json!({"kind": "stalled_body", "hold_ms": 400, "share": 0.1});
    let reached = Reached::new(by, rule).await;
    let started = Instant::now();
    let heard = reached.add("k").await;
    assert_eq!(
        (heard.body().as_str(), heard.end),
        (&WHOLE[..3], reset_by(by))
    );
    let (last, took) = (heard.pieces.last().unwrap().0, started.elapsed());
    assert!(took - last >= Duration::from_millis(390), "{took:?}");
    assert_eq!(reached.world.notes(), 1);
    assert_eq!(reached.world.report(), ["stalled_body add_note mid_body 1"]);
}

async fn garbage(by: By) {
    for (phase, notes) in [("before_apply", 0), ("applied_reply_lost", 1)] {
        let rule = json!({"kind": "garbage_bytes", "bytes": 40, "phase": phase, "limit": 2});
        let reached = Reached::new(by, rule).await;
        let first = reached.add("k").await;
        assert_eq!((first.bytes().len(), first.end), (40, Some(End::Closed)));
        assert!(!first.bytes().starts_with(b"H"));
        assert_eq!(reached.world.notes(), notes);
        let second = reached.add("l").await;
        assert_ne!(first.bytes(), second.bytes());
        assert!(reached.add("m").await.text().contains(" 201 "));
        assert_eq!(
            reached.world.report(),
            [format!("garbage_bytes add_note {phase} 2")]
        );
    }
}

async fn trickles(by: By) {
    let rule = json!({"kind": "trickle", "bytes": 4, "pause_ms": 20, "nth": 1});
    let reached = Reached::new(by, rule).await;
    let mut line = reached.connect().await.unwrap();
    ask(&mut line, &addition("k")).await;
    let heard = hear(&mut line, Duration::from_millis(1000)).await;
    assert_eq!(heard.body(), WHOLE);
    let took = heard.pieces.last().unwrap().0 - heard.pieces[0].0;
    assert!(took >= Duration::from_millis(130), "{took:?}");
    assert!(
        heard
            .pieces
            .iter()
            .all(|(_, piece)| piece.len() <= 4 || piece.starts_with(b"H"))
    );
    assert_eq!(reached.world.report(), ["trickle add_note reply 1"]);
}

async fn splits(by: By) {
    let rule = json!({"kind": "split", "cuts": 5, "pause_ms": 5, "nth": 1});
    let reached = Reached::new(by, rule).await;
    let mut line = reached.connect().await.unwrap();
    ask(&mut line, &addition("k")).await;
    let heard = hear(&mut line, Duration::from_millis(500)).await;
    assert_eq!(heard.body(), WHOLE);
    // Slow machines may read two pieces as one.
    assert!(heard.pieces.len() >= 6, "{}", heard.pieces.len());
    assert_eq!(heard.pieces[0].1, b"H");
    let ends: Vec<u8> = heard
        .pieces
        .iter()
        .map(|(_, piece)| piece[piece.len() - 1])
        .collect();
    assert!(ends.contains(&b'\r'), "{ends:?}");
    assert_eq!(reached.world.report(), ["split add_note reply 1"]);
}

async fn lengths_too_long(by: By) {
    let rule = json!({"kind": "wrong_length", "nth": 1});
    let reached = Reached::new(by, rule).await;
    let heard = reached.add("k").await;
    assert!(
        heard.text().contains("\r\ncontent-length: 41\r\n"),
        "{heard:?}"
    );
    assert_eq!(
        (heard.body().as_str(), heard.end),
        (WHOLE, Some(End::Closed))
    );
    assert_eq!(reached.world.report(), ["wrong_length add_note mid_body 1"]);
}

async fn lengths_too_short(by: By) {
    let rule = json!({"kind": "wrong_length", "by": -8, "nth": 1});
    let reached = Reached::new(by, rule).await;
    let mut line = reached.connect().await.unwrap();
    ask(&mut line, &addition("k")).await;
    let heard = hear(&mut line, Duration::from_millis(200)).await;
    assert!(
        heard.text().contains("\r\ncontent-length: 23\r\n"),
        "{heard:?}"
    );
    assert_eq!((heard.body().as_str(), heard.end), (WHOLE, None));
    ask(&mut line, &reading("/notes/1/count")).await;
    let next = hear(&mut line, Duration::from_millis(200)).await;
    assert!(next.text().starts_with("HTTP/1.1 200 OK"), "{next:?}");
}

async fn refusals(by: By) {
    let reached = Reached::new(by, json!({"kind": "refuse", "limit": 2})).await;
    for _ in 0..2 {
        match reached.connect().await {
            None => assert_eq!(by, By::Pipe),
            Some(mut line) => {
                // What is written before the reset arrives goes nowhere.
                let _ = line.write_all(reading("/open").as_bytes()).await;
                let heard = hear(&mut line, Duration::from_secs(5)).await;
                assert_eq!((heard.pieces.len(), heard.end), (0, Some(End::Reset)));
            }
        }
    }
    assert!(reached.connect().await.is_some());
    assert_eq!(reached.world.report(), ["refuse connection before_apply 2"]);
}

async fn crowd(by: By, excess: &str) -> (Reached, Box<dyn Line>) {
    let rule = json!({"kind": "connection_limit", "connections": 1, "excess": excess});
    let reached = Reached::new(by, rule).await;
    let mut first = reached.connect().await.unwrap();
    ask(&mut first, &reading("/notes/1/count")).await;
    let heard = hear(&mut first, Duration::from_millis(100)).await;
    assert!(heard.text().contains(" 200 "), "{heard:?}");
    (reached, first)
}

async fn waiting_crowds(by: By) {
    let (reached, first) = crowd(by, "wait").await;
    let mut second = reached.connect().await.unwrap();
    ask(&mut second, &reading("/notes/1/count")).await;
    let heard = hear(&mut second, Duration::from_millis(200)).await;
    assert_eq!((heard.pieces.len(), heard.end), (0, None));
    drop(first);
    let heard = hear(&mut second, Duration::from_millis(200)).await;
    assert!(heard.text().contains(" 200 "), "{heard:?}");
    assert_eq!(
        reached.world.report(),
        ["connection_limit connection before_apply 1"]
    );
    let mut third = reached.connect().await.unwrap();
    ask(&mut third, &reading("/notes/1/count")).await;
    reached.world.faults().clear();
    let heard = hear(&mut third, Duration::from_millis(200)).await;
    assert!(
        heard.text().contains(" 200 "),
        "without a limit nobody waits: {heard:?}"
    );
}

async fn refused_crowds(by: By) {
    let (reached, first) = crowd(by, "refuse").await;
    match reached.connect().await {
        None => assert_eq!(by, By::Pipe),
        Some(mut line) => {
            let heard = hear(&mut line, Duration::from_secs(5)).await;
            assert_eq!((heard.pieces.len(), heard.end), (0, Some(End::Reset)));
        }
    }
    drop(first);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut next = reached.connect().await.unwrap();
    ask(&mut next, &reading("/notes/1/count")).await;
    assert!(
        hear(&mut next, Duration::from_millis(200))
            .await
            .text()
            .contains(" 200 ")
    );
    assert_eq!(
        reached.world.report(),
        ["connection_limit connection before_apply 1"]
    );
}

async fn partitions(by: By) {
    for (direction, phase, notes) in [
        ("to_vendor", "before_apply", 0),
        ("from_vendor", "applied_reply_lost", 1),
        ("both", "before_apply", 0),
    ] {
        let rule = json!({
            "kind": "partition", "direction": direction, "hold_ms": 300, "limit": 1
        });
        let reached = Reached::new(by, rule).await;
        let started = Instant::now();
        let heard = reached.add("k").await;
        assert_eq!((heard.bytes().len(), heard.end), (0, Some(End::Closed)));
        assert!(started.elapsed() >= Duration::from_millis(300));
        assert_eq!(reached.world.notes(), notes, "{direction}");
        assert!(reached.add("l").await.text().contains(" 201 "));
        assert_eq!(
            reached.world.report(),
            [format!("partition add_note {phase} 1")]
        );
    }
}

async fn kept_connections(by: By) {
    for kind in ["trickle", "split"] {
        let rule = json!({"kind": kind, "pause_ms": 1, "nth": 1});
        let reached = Reached::new(by, rule).await;
        let mut line = reached.connect().await.unwrap();
        for key in ["k", "l"] {
            ask(&mut line, &addition(key)).await;
            let heard = hear(&mut line, Duration::from_millis(200)).await;
            assert!(heard.body().starts_with("{\"id\":"), "{heard:?}");
            assert_eq!(heard.end, None);
        }
        assert_eq!(reached.world.report(), [format!("{kind} add_note reply 1")]);
    }
}

async fn heads(by: By) {
    let reached = Reached::new(by, json!({"kind": "split"})).await;
    reached.world.note(3);
    let mut line = reached.connect().await.unwrap();
    ask(&mut line, &reading("/notes/1").replace("GET", "HEAD")).await;
    let heard = hear(&mut line, Duration::from_millis(200)).await;
    assert!(heard.text().starts_with("HTTP/1.1 200 OK\r\n"), "{heard:?}");
    assert!(heard.text().ends_with("\r\n\r\n"), "{heard:?}");
}
