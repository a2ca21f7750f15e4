//! The vendor as mock-kit's shell drives it: the warehouse, its clients and tokens, and the
//! messages that wait to be sent.

use std::{collections::BTreeSet, sync::Arc};

use http::{HeaderMap, header::AUTHORIZATION, request::Parts};
use jiff::Timestamp;
use mock_kit::{
    Mock, Principal, Refusal, Revocation, Role, TokenBucket, Vendor,
    webhook::{Message, Policy},
};
use seams::Keyed;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    command::{Caller, Command, Reply},
    config::{Config, Opening},
    http::{Access, ApiError, access, routes},
    model::Event,
    oauth::{self, Credentials, OAuth},
    problem::Problem,
    seed::Seed,
    truth::Entry,
    warehouse::Warehouse,
    webhook::{self, StandardWebhooks},
};

/// The whole state of the jerky vendor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Jerky {
    config: Config,
    seed: u64,
    pub(crate) warehouse: Warehouse,
    pub(crate) oauth: OAuth,
    /// Counts what was drawn for webhook endpoints: ids and secrets.
    pub(crate) drawn: u64,
    /// Positions of the change feed that it no longer shows.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) hidden: BTreeSet<u64>,
    /// The last position of the change feed that it no longer has; none while it has them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) forgotten: Option<u64>,
    /// Events that no endpoint was told of yet.
    #[serde(skip)]
    untold: Vec<Arc<Event>>,
}

impl Jerky {
    /// A vendor that opens at `now`. Ids, secrets and tokens are drawn from `keyed`.
    pub fn open(config: Config, keyed: Keyed, now: Timestamp) -> Self {
        let catalogue = config.opening.catalogue();
        Self {
            warehouse: Warehouse::open(catalogue, config.warehouse, keyed, now),
            oauth: OAuth::new(keyed, config.token_seconds),
            seed: keyed.seed(),
            config,
            drawn: 0,
            hidden: BTreeSet::new(),
            forgotten: None,
            untold: Vec::new(),
        }
    }

    /// The stock.
    pub fn warehouse(&self) -> &Warehouse {
        &self.warehouse
    }

    /// The credentials of the client with this role.
    pub fn credentials(&self, role: Role) -> Option<Credentials> {
        self.oauth.credentials(role)
    }

    /// Carries out a command; its events wait to be told.
    ///
    /// # Errors
    /// The vendor's refusal.
    pub fn handle(
        &mut self,
        by: &Caller,
        command: Command,
        now: Timestamp,
    ) -> Result<Reply, Box<Problem>> {
        let outcome = self.warehouse.handle(by, command, now);
        self.untold.extend(outcome.events);
        outcome.reply
    }

    /// As [`Jerky::handle`], but the first item that changes keeps its sequence; and whether one
    /// did.
    pub(crate) fn handle_without_counting(
        &mut self,
        by: &Caller,
        command: Command,
        now: Timestamp,
    ) -> (Result<Reply, Box<Problem>>, bool) {
        // Time alone changes items too, and those changes are not the caller's.
        self.tick(now);
        self.warehouse.keep_next_sequence(true);
        let reply = self.handle(by, command, now);
        let kept = !self.warehouse.keep_next_sequence(false);
        (reply, kept)
    }

    /// Forgets what nobody listens to, before it is written out.
    pub(crate) fn nobody_listens(&mut self) {
        self.untold.clear();
    }

    pub(crate) fn keyed(&self) -> Keyed {
        Keyed::new(self.seed)
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }
}

impl Vendor for Jerky {
    type Access = Access;
    type Error = ApiError;
    type Bucket = TokenBucket;
    type Fact = Entry;
    type Signer = StandardWebhooks;

    const NAME: &'static str = "jerky";
    const SNAPSHOT_VERSION: u32 = 1;
    const TOPICS: &'static [&'static str] =
        &["stock.changed", "lot.status_changed", "reservation.expired"];
    const CLIENTS: &'static [&'static str] = &[oauth::HUB, oauth::STAFF];

    fn seeded(seed: u64, items: usize, now: Timestamp) -> Self {
        let drawn = Seed {
            items,
            seed,
            start: now,
        };
        Self::open(Config::new(Opening::Drawn(drawn)), Keyed::new(seed), now)
    }

    fn restarted(&self, now: Timestamp) -> Self {
        Self::open(self.config.clone(), self.keyed(), now)
    }

    fn routes() -> OpenApiRouter<Mock<Self>> {
        routes()
    }

    fn access(operation: &str) -> Access {
        access(operation)
    }

    fn authenticate(
        &mut self,
        request: &Parts,
        access: &Access,
        now: Timestamp,
    ) -> Result<Arc<Principal>, ApiError> {
        if access.scope.is_none() {
            return Ok(Principal::anonymous());
        }
        let token = bearer_token(&request.headers).ok_or_else(ApiError::token_missing)?;
        self.oauth
            .bearer(token, now)
            .ok_or_else(ApiError::token_invalid)
    }

    fn authorize(
        &self,
        principal: &Principal,
        access: &Access,
        _: Timestamp,
    ) -> Result<(), ApiError> {
        match access.scope {
            Some(scope) if !principal.may(scope.bit) => Err(ApiError::scope_missing(scope.name)),
            _ => Ok(()),
        }
    }

    fn revoke_presented(&mut self, request: &Parts, _: Timestamp) {
        if let Some(token) = bearer_token(&request.headers) {
            self.oauth.revoke_token(token);
        }
    }

    fn is_limited(access: &Access) -> bool {
        access.scope.is_some()
    }

    fn bucket(&self, principal: &Principal, now: Timestamp) -> TokenBucket {
        let rate = match principal.role {
            Role::Middleware => self.config.middleware_rate,
            Role::Staff | Role::Storefront | Role::Anonymous => self.config.staff_rate,
        };
        TokenBucket::new(rate.quota, rate.window_seconds, now)
    }

    fn needs_idempotency_key(access: &Access) -> bool {
        access.writes
    }

    fn refuse(refusal: Refusal, _: Timestamp) -> ApiError {
        ApiError::refused(refusal)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.warehouse.next_due()
    }

    fn tick(&mut self, now: Timestamp) {
        let events = self.warehouse.tick(now);
        self.untold.extend(events);
    }

    fn take_messages(&mut self) -> Vec<Message> {
        let untold = std::mem::take(&mut self.untold);
        untold
            .iter()
            .filter_map(|event| webhook::message(event))
            .collect()
    }

    fn signer() -> StandardWebhooks {
        StandardWebhooks
    }

    fn webhook_policy(&self) -> Policy {
        webhook::policy()
    }

    fn facts(&self) -> &[Entry] {
        self.warehouse.truth().entries()
    }

    fn revoke(&mut self, what: &Revocation, _: Timestamp) -> usize {
        self.oauth.revoke(what)
    }

    fn environment(&self, base_url: &str) -> Vec<(&'static str, String)> {
        let mut lines = vec![("JERKY_BASE_URL", base_url.to_owned())];
        if let Some(hub) = self.credentials(Role::Middleware) {
            lines.push(("JERKY_CLIENT_ID", hub.client_id));
            lines.push(("JERKY_CLIENT_SECRET", hub.client_secret));
        }
        if let Some(staff) = self.credentials(Role::Staff) {
            lines.push(("JERKY_STAFF_CLIENT_ID", staff.client_id));
            lines.push(("JERKY_STAFF_CLIENT_SECRET", staff.client_secret));
        }
        lines
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750, 2.1; the scheme's case does not matter).
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
