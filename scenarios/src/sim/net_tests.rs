//! The simulated network carries real HTTP, breaks as told, and costs virtual time only.

use axum::{Router, extract::Path, response::IntoResponse, routing::get};
use bytes::Bytes;
use http::{Request, StatusCode};
use jiff::Timestamp;
use seams::{Clock, Keyed, WireError};

use super::{
    net::Net,
    tape::{Party, Tape},
};

fn net(seed: u64) -> (Net, Tape) {
    let tape = Tape::default();
    let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
    (Net::new(clock, Keyed::new(seed), tape.clone()), tape)
}

fn request(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

fn echo() -> Router {
    Router::new()
        .route("/say/{word}", get(async |Path(word): Path<String>| word))
        .route(
            "/cut",
            get(async || {
                let mut response = StatusCode::OK.into_response();
                response.extensions_mut().insert(mock_kit::Cut::NoReply);
                response
            }),
        )
        .route(
            "/half",
            get(async || {
                let mut response = "0123456789".into_response();
                response.extensions_mut().insert(mock_kit::Cut::MidBody {
                    after: 4,
                    then: mock_kit::Then::Close,
                });
                response
            }),
        )
        .route("/never", get(async || std::future::pending::<()>().await))
}

#[tokio::test(start_paused = true)]
async fn a_request_travels_there_and_back() {
    let (net, tape) = net(1);
    net.open("a.test", echo());
    let wire = net.wire(Party::Hub);
    let reply = wire.send(request("http://a.test/say/hello")).await.unwrap();
    assert_eq!(reply.into_body(), "hello");
    assert_eq!(tape.len(), 1);
    assert_eq!(tape.hub_requests(), 1);
    let took = tape.read(|entries| entries[0].ended_at.as_millisecond());
    assert!((2..=8).contains(&took), "took {took} ms");
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_kept_and_used_again_after_a_cut() {
    let (net, _) = net(1);
    net.open("a.test", echo());
    let wire = net.wire(Party::Hub);
    for _ in 0..3 {
        assert!(wire.send(request("http://a.test/say/a")).await.is_ok());
        let cut = wire.send(request("http://a.test/cut")).await;
        assert!(matches!(cut, Err(WireError::Closed(_))), "{cut:?}");
        let half = wire.send(request("http://a.test/half")).await;
        assert!(matches!(half, Err(WireError::Cut(_))), "{half:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_answers_at_a_closed_host() {
    let (net, _) = net(1);
    net.open("a.test", echo());
    let wire = net.wire(Party::Jerky);
    assert!(wire.send(request("http://a.test/say/a")).await.is_ok());
    let waiting = tokio::spawn(wire.send(request("http://a.test/never")));
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    net.close("a.test");
    assert!(matches!(waiting.await.unwrap(), Err(WireError::Closed(_))));
    let refused = wire.send(request("http://a.test/say/a")).await;
    assert!(matches!(refused, Err(WireError::Refused(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_is_on_the_tape() {
    let (net, tape) = net(1);
    net.open("a.test", echo());
    let wire = net.wire(Party::Hub);
    let patience = std::time::Duration::from_secs(5);
    let late = tokio::time::timeout(patience, wire.send(request("http://a.test/never"))).await;
    assert!(late.is_err());
    assert!(tape.lines()[0].contains("gave up"), "{:?}", tape.lines());
}

#[test]
fn one_seed_gives_one_trace_and_another_seed_another() {
    let trace = |seed| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async move {
            let (net, tape) = net(seed);
            net.open("a.test", echo());
            let wire = net.wire(Party::Hub);
            let sends = (0..50).map(|n| wire.send(request(&format!("http://a.test/say/{n}"))));
            futures_util::future::join_all(sends).await;
            tape.hash()
        })
    };
    assert_eq!(trace(1), trace(1));
    assert_ne!(trace(1), trace(2));
}
