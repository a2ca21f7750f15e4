//! Bodies that are cut, of the wrong kind, or too large.

use sync_core::{sku::OrderId, vendor::error::VendorError};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

use seams::Clock;

use crate::world::{live_polish, polish_at, quick};

const HTML: &str = "<html><body>Please accept our cookies</body></html>";

fn order() -> OrderId {
    OrderId::parse("ORD-000001").unwrap()
}

/// A server that promises more of a body than it sends.
async fn cutting_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999";
            let _ = stream
                .write_all(format!("{head}\r\n\r\n{{\"id\":").as_bytes())
                .await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_cut_body_leaves_a_write_unknown_and_a_read_to_be_repeated() {
    let base = cutting_server().await;
    let wire = seams::live::wire().unwrap();
    let polish = polish_at(base, wire, Clock::system(), quick());
    let error = polish.confirm(&order()).await.unwrap_err();
    assert!(matches!(error, VendorError::Unknown { .. }), "{error:?}");
    let error = polish.order(&order()).await.unwrap_err();
    assert!(matches!(error, VendorError::Retryable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_page_of_html_with_status_200_is_no_answer() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(HTML, "text/html"))
        .expect(4)
        .mount(&server)
        .await;
    let error = live_polish(&server).order(&order()).await.unwrap_err();
    assert!(matches!(error, VendorError::Garbled { .. }), "{error:?}");
}

#[tokio::test]
async fn html_is_no_answer_even_where_no_body_was_expected() {
    let server = MockServer::start().await;
    Mock::given(method("DELETE"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(HTML, "text/html"))
        .mount(&server)
        .await;
    let error = live_polish(&server).unregister("whk_1").await.unwrap_err();
    assert!(matches!(error, VendorError::Garbled { .. }), "{error:?}");
}

#[tokio::test]
async fn json_that_ends_early_is_no_answer() {
    let server = MockServer::start().await;
    let half = "{\"id\": \"ORD-0000";
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(half, "application/json"))
        .expect(1)
        .mount(&server)
        .await;
    let error = live_polish(&server).confirm(&order()).await.unwrap_err();
    let VendorError::Garbled { unreadable, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(unreadable.unwrap().raw, half.as_bytes());
}

#[tokio::test]
async fn a_body_too_large_is_not_even_parsed() {
    let server = MockServer::start().await;
    let body = format!("{{\"x\": \"{}\"}}", "y".repeat(quick().largest_body));
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(body, "application/json"))
        .mount(&server)
        .await;
    let error = live_polish(&server).confirm(&order()).await.unwrap_err();
    assert!(matches!(error, VendorError::Garbled { .. }), "{error:?}");
}
