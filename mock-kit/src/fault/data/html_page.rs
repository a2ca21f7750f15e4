//! A page for people where data belongs.

use http::{HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DataFault;
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A page for people where data belongs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct HtmlPage {}

const PAGE: &str = "<!doctype html><title>Just a moment</title><h1>We will be right back</h1>\n";

impl DataFault for HtmlPage {
    const ABOUT: About = About {
        name: "html_page",
        doc: "Replaces the reply by an HTML page with status 200.",
        incident: "The rule that a page for people is no answer, whatever its status: it is never read as empty stock.",
        phases: super::PHASES,
        strikes: "replies and webhooks",
        params: &[],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        let _ = draws;
        reply.status = StatusCode::OK;
        reply.content_type = Some(HeaderValue::from_static("text/html; charset=utf-8"));
        reply.body = PAGE.into();
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fault::bench::strike;

    #[test]
    fn a_page_comes_with_status_200() {
        let reply = strike(&HtmlPage::default(), &json!({"version": 1})).unwrap();
        assert_eq!(reply.status, 200);
        assert!(reply.body.starts_with(b"<!doctype html>"));
        assert_eq!(reply.content_type.unwrap(), "text/html; charset=utf-8");
    }
}
