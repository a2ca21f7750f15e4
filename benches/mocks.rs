//! Each mock's hot read and hot write over loopback, and a bare axum route that carries the same
//! bytes in the same run. Rates are requests a second over eight connections.
#![expect(
    clippy::expect_used,
    reason = "a number measured on unsound input means nothing"
)]

#[path = "floor/loopback.rs"]
mod loopback;

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use loopback::{Load, bare_router, serve_bare};
use mock_jerky_api::{Catalogue, CatalogueItem, JerkyMock, Quantity, Rate, Unit};
use mock_kit::Role;
use mock_polish_api::{Leak, OpeningProduct, PolishMock, ProductKind};
use seams::{Clock, Keyed};
use tokio::{net::TcpListener, runtime::Runtime};

const CONNECTIONS: usize = 8;
const SEED: u64 = 7;

criterion_group! {
    name = mocks;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(8));
    targets = jerky, polish
}
criterion_main!(mocks);

fn jerky(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let (address, token) = runtime.block_on(start_jerky());
    let read = call(
        Method::GET,
        "/v1/stock/JRK-0001",
        ("authorization", &token),
        "",
    );
    let body = runtime.block_on(answer(address, read(0)));
    let write = move |n: u64| {
        let body = format!(
            r#"{{"reference":"ORD-{n}","ttl_seconds":1800,"lines":[{{"line_id":"1","sku":"JRK-0001","quantity":"1","unit":"H87"}}]}}"#
        );
        let mut request = call(
            Method::POST,
            "/v1/reservations",
            ("authorization", &token),
            &body,
        )(n);
        let key = http::HeaderValue::from_str(&format!("bench-{n}")).expect("ASCII");
        request.headers_mut().insert("idempotency-key", key);
        request
    };
    let reply = runtime.block_on(answer(address, write(u64::MAX)));
    let mut group = criterion.benchmark_group("jerky");
    compare(&mut group, &runtime, "read", address, read, &body);
    compare(&mut group, &runtime, "write", address, write, &reply);
    group.finish();
}

fn polish(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let (address, key) = runtime.block_on(start_polish());
    let read = call(Method::GET, "/products/JERKY-1", ("x-api-key", &key), "");
    let body = runtime.block_on(answer(address, read(0)));
    let write = move |n: u64| {
        let body = format!(r#"{{"available":{}}}"#, n % 1_000);
        call(
            Method::PUT,
            "/products/JERKY-1/availability",
            ("x-api-key", &key),
            &body,
        )(n)
    };
    let reply = runtime.block_on(answer(address, write(0)));
    let mut group = criterion.benchmark_group("polish");
    compare(&mut group, &runtime, "read", address, read, &body);
    compare(&mut group, &runtime, "write", address, write, &reply);
    group.finish();
}

/// Measures the mock and, right after it, a bare route that answers with the same body.
fn compare<F>(
    group: &mut BenchmarkGroup<'_, criterion::measurement::WallTime>,
    runtime: &Runtime,
    what: &str,
    mock: SocketAddr,
    request: F,
    body: &serde_json::Value,
) where
    F: Fn(u64) -> Request<Full<Bytes>> + Clone + Send + 'static,
{
    let bare = runtime.block_on(serve_bare(bare_router(body)));
    let like_it = request.clone();
    let bare_request = move |n: u64| {
        let mut request = like_it(n);
        let path = if request.method() == Method::GET {
            "/read"
        } else {
            "/write"
        };
        *request.method_mut() = if path == "/read" {
            Method::GET
        } else {
            Method::POST
        };
        *request.uri_mut() = path.parse().expect("a path");
        request
    };
    group.throughput(Throughput::Elements(CONNECTIONS as u64));
    measure(group, runtime, &format!("{what}/mock"), mock, request);
    measure(
        group,
        runtime,
        &format!("{what}/bare axum"),
        bare,
        bare_request,
    );
}

fn measure<F>(
    group: &mut BenchmarkGroup<'_, criterion::measurement::WallTime>,
    runtime: &Runtime,
    name: &str,
    address: SocketAddr,
    request: F,
) where
    F: Fn(u64) -> Request<Full<Bytes>> + Clone + Send + 'static,
{
    let mut load = runtime.block_on(Load::open(address, CONNECTIONS));
    // Every request of a run is another one: a repeated idempotency key would measure the replay.
    let mut first = 0;
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|each| {
            let (from, request) = (first, request.clone());
            first += each * CONNECTIONS as u64;
            let began = tokio::time::Instant::now();
            runtime.block_on(load.send(each, move |n| request(from + n)));
            began.elapsed()
        });
    });
}

/// The n-th request does not depend on n, unless the caller changes it.
fn call(
    method: Method,
    path: &'static str,
    (header, secret): (&'static str, &str),
    body: &str,
) -> impl Fn(u64) -> Request<Full<Bytes>> + Clone + Send + 'static {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1")
        .header("content-type", "application/json")
        .header(header, secret)
        .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
        .expect("a request");
    move |_| request.clone()
}

async fn answer(address: SocketAddr, request: Request<Full<Bytes>>) -> serde_json::Value {
    let stream = tokio::net::TcpStream::connect(address)
        .await
        .expect("the mock listens");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream))
            .await
            .expect("HTTP/1");
    tokio::spawn(connection);
    let reply = sender.send_request(request).await.expect("served");
    let status = reply.status();
    let body = reply.into_body().collect().await.expect("whole").to_bytes();
    assert!(
        status.is_success(),
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
    serde_json::from_slice(&body).expect("JSON")
}

async fn start_jerky() -> (SocketAddr, String) {
    let item = CatalogueItem::stocked("JRK-0001", Unit::H87, "America/Chicago").expect("a zone");
    let item = item.with_lot("L1", None, Quantity(1_000_000_000));
    let mut config = mock_jerky_api::Config::given(Catalogue { items: vec![item] });
    config.middleware_rate = Rate {
        quota: 1_000_000_000,
        window_seconds: 1,
    };
    let mock = JerkyMock::new(config, Clock::system(), Keyed::new(SEED));
    let credentials = mock.credentials(Role::Middleware).expect("a client");
    let address = serve(mock.site()).await;
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        credentials.client_id, credentials.client_secret
    );
    let request = Request::post("/oauth/token")
        .header("host", "127.0.0.1")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from(form)))
        .expect("a request");
    let token = answer(address, request).await;
    (
        address,
        format!(
            "Bearer {}",
            token["access_token"].as_str().expect("a token")
        ),
    )
}

async fn start_polish() -> (SocketAddr, String) {
    let product = OpeningProduct::new("JERKY-1", "Beef jerky", ProductKind::Resale, 500);
    let mut config = mock_polish_api::Config::default();
    config.limits.middleware = Leak {
        size: 1_000_000_000,
        per_second: 1_000_000_000,
    };
    let mock = PolishMock::with_catalogue(config, vec![product], Clock::system(), Keyed::new(SEED));
    let key = mock
        .credentials(mock_polish_api::Role::Middleware)
        .keys
        .remove(0);
    (serve(mock.site()).await, key)
}

async fn serve(site: mock_kit::Site) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(mock_kit::serve(listener, site, std::future::pending()));
    address
}
