//! The API over HTTP, through the whole router and no socket.

mod authorising;
mod denying;
mod document;
mod paging;
mod webhooks;
mod writing;

use axum::{Router, body::Body};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use mock_kit::{Role, Settings, admin::AdminAccess};
use seams::{Clock, Keyed};
use serde_json::Value;
use tower::ServiceExt;

use crate::{Catalogue, CatalogueItem, Config, JerkyMock, Quantity, Unit};

pub(super) const SKU: &str = "JRK-1";

/// A mock, its router, and the hub's token.
pub(super) struct Shop {
    pub(super) mock: JerkyMock,
    pub(super) clock: Clock,
    router: Router,
    pub(super) token: String,
}

/// A reply, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

pub(super) fn start() -> Timestamp {
    "2026-11-02T12:00:00Z".parse().unwrap()
}

pub(super) async fn shop() -> Shop {
    shop_with(|_| ()).await
}

/// Three items of one lot each, and a mirror.
pub(super) async fn shop_with(change: impl FnOnce(&mut Config)) -> Shop {
    let item = |sku: &str| {
        CatalogueItem::stocked(sku, Unit::H87, "America/Chicago")
            .unwrap()
            .with_lot("A", Some("2026-12-31".parse().unwrap()), Quantity(10))
    };
    let mirror = CatalogueItem::mirror("POL-1", Unit::H87, "UTC").unwrap();
    let items = vec![item(SKU), item("JRK-2"), item("JRK-3"), mirror];
    let mut config = Config::given(Catalogue { items });
    change(&mut config);
    let clock = Clock::starting_at(start());
    let settings = Settings {
        admin: Some(AdminAccess::default()),
        ..Settings::default()
    };
    let mock = JerkyMock::with_settings(config, clock.clone(), Keyed::new(1), settings);
    let mut shop = Shop {
        router: mock.router(),
        mock,
        clock,
        token: String::new(),
    };
    shop.token = shop.sign_in(Role::Middleware, "").await;
    shop
}

impl Shop {
    /// Gets a token for a client, with all its scopes or with some.
    pub(super) async fn sign_in(&self, role: Role, scope: &str) -> String {
        let client = self.mock.credentials(role).unwrap();
        let form = format!(
            "grant_type=client_credentials&scope={scope}&client_id={}&client_secret={}",
            client.client_id, client.client_secret
        );
        let answer = self.post_form(&form).await;
        answer.body["access_token"].as_str().unwrap().to_owned()
    }

    pub(super) async fn post_form(&self, form: &str) -> Answer {
        let request = Request::post("/oauth/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        self.send(request.unwrap()).await
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(super) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call("GET", path, headers, "").await
    }

    /// A write under a key.
    pub(super) async fn write(&self, method: &str, path: &str, key: &str, body: &str) -> Answer {
        let headers = [
            ("idempotency-key", key),
            ("content-type", "application/json"),
        ];
        self.call(method, path, &headers, body).await
    }

    pub(super) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body: Bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        }
    }

    /// Moves the vendor's clock on.
    pub(super) fn wait(&self, seconds: i64) {
        let ahead = self.clock.offset() + SignedDuration::from_secs(seconds);
        self.clock.set_offset(ahead);
        // The vendor's clock is its own; it follows the world's only as time passes.
        let vendor = self.mock.clock();
        vendor.set_offset_ms(vendor.offset_ms());
    }

    pub(super) async fn reserve(&self, key: &str, quantity: &str) -> Answer {
        let body = reservation(quantity);
        self.write("POST", "/v1/reservations", key, &body).await
    }
}

pub(super) fn reservation(quantity: &str) -> String {
    format!(
        r#"{{"reference":"ORD-1","ttl_seconds":600,"lines":[{{"line_id":"1","sku":"{SKU}","quantity":"{quantity}","unit":"H87"}}]}}"#
    )
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }

    /// The slug of a problem.
    pub(super) fn slug(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        kind.rsplit('/').next().unwrap_or_default()
    }

    #[track_caller]
    pub(super) fn refused(&self, status: u16, slug: &str) {
        assert_eq!(
            (self.status.as_u16(), self.slug()),
            (status, slug),
            "{self:?}"
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
    }

    #[track_caller]
    pub(super) fn ok(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self
    }
}

/// What a receiver answers.
pub(super) fn plain(status: u16) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .body(Bytes::new())
        .unwrap()
}
