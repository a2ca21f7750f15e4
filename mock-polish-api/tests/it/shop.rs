//! A running shop and a caller of it.

use axum::{Router, body::Body};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use mock_kit::{Settings, admin::AdminAccess};
use mock_polish_api::{
    Component, Config, Confirmation, Opening, OpeningProduct, PolishMock, ProductKind, Role,
};
use seams::{Clock, Keyed};
use serde_json::Value;
use tower::ServiceExt;

pub(crate) fn start() -> Timestamp {
    "2026-11-02T14:00:00Z".parse().unwrap()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The code of the first error; everything that is refused has the one error shape.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/json", "{self:?}");
        let body = self.json();
        let first = &body["errors"][0];
        assert!(
            first["message"].is_string() && first.get("field").is_some(),
            "{body}"
        );
        first["code"].as_str().unwrap().to_owned()
    }
}

/// A shop on a virtual clock.
pub(crate) struct Shop {
    pub(crate) mock: PolishMock,
    pub(crate) router: Router,
}

impl Shop {
    /// A shop with one own polish, one resale jerky and one gift box of both.
    pub(crate) fn open() -> Self {
        let component = |sku: &str, quantity| Component {
            sku: sku.into(),
            quantity,
        };
        Self::with(vec![
            OpeningProduct::new("POLISH", "Red", ProductKind::Own, 100),
            OpeningProduct {
                moq: 6,
                order_multiple: 3,
                ..OpeningProduct::new("JERKY", "Peppered", ProductKind::Resale, 50)
            },
            OpeningProduct {
                components: vec![component("POLISH", 2), component("JERKY", 1)],
                ..OpeningProduct::new("GIFT", "Red & Peppered", ProductKind::Kit, 10)
            },
            OpeningProduct {
                confirm: Confirmation::Auto,
                ..OpeningProduct::new("AUTO", "Lime", ProductKind::Resale, 40)
            },
        ])
    }

    pub(crate) fn with(products: Vec<OpeningProduct>) -> Self {
        let settings = Settings {
            admin: Some(AdminAccess::default()),
            ..Settings::default()
        };
        let mock = PolishMock::open(
            Config::default(),
            Opening::Given(products.into()),
            Clock::starting_at(start()),
            Keyed::new(1),
            settings,
        );
        Self {
            router: mock.router(),
            mock,
        }
    }

    pub(crate) fn key(&self, role: Role) -> String {
        self.mock.credentials(role).keys[0].clone()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, role: Role, path: &str) -> Answer {
        self.send(self.request(role, Method::GET, path, "")).await
    }

    pub(crate) async fn post(&self, role: Role, path: &str, body: &str) -> Answer {
        self.send(self.request(role, Method::POST, path, body))
            .await
    }

    pub(crate) async fn put(&self, path: &str, body: &str, if_match: Option<&str>) -> Answer {
        let mut request = self.request(Role::Middleware, Method::PUT, path, body);
        if let Some(version) = if_match {
            request
                .headers_mut()
                .insert("if-match", version.parse().unwrap());
        }
        self.send(request).await
    }

    /// A request with a body only if there is one.
    pub(crate) fn request(
        &self,
        role: Role,
        method: Method,
        path: &str,
        body: &str,
    ) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "polish.test")
            .header("x-api-key", self.key(role));
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        request.body(Body::from(body.to_owned())).unwrap()
    }

    /// The id of a newly placed order.
    pub(crate) async fn place(&self, lines: &[(&str, i64)]) -> String {
        let answer = self
            .post(Role::Storefront, "/orders", &order(None, lines))
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn order(external_id: Option<&str>, lines: &[(&str, i64)]) -> String {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(sku, quantity)| serde_json::json!({ "sku": sku, "quantity": quantity }))
        .collect();
    let customer = serde_json::json!({ "name": "Ada Fuller", "email": "ada@example.com" });
    let order = serde_json::json!({
        "external_id": external_id, "customer": customer, "lines": lines
    });
    order.to_string()
}
