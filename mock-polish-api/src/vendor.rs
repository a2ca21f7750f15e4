//! The shop as the shell runs it: its rules, its keys, and the hooks of the request pipeline.

use std::sync::Arc;

use http::{HeaderName, request::Parts};
use jiff::Timestamp;
use mock_kit::{
    LeakyBucket, Mock, Principal, Revocation, Vendor,
    webhook::{Message, Policy},
};
use seams::Keyed;
use serde::{Deserialize, Serialize};
use utoipa::openapi::Responses;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    actor::{Actor, Operation, Role},
    api::{self, Failure},
    command::Command,
    config::Config,
    event::{Event, Topic},
    keys::{Credentials, IssuedKey, KeyRing},
    refusal::{ErrorCode, Refusal},
    seed,
    shop::{OpeningProduct, Outcome, Reply, Shop},
    truth::Fact,
    webhook::{self, TimestampedHmac},
};

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Everything that a snapshot of the polish mock holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct PolishVendor {
    config: Config,
    seed: u64,
    opening: Opening,
    keys: KeyRing,
    shop: Shop,
    /// How many webhook endpoints were ever made; their ids and secrets are drawn by it.
    webhooks_made: u64,
    /// Events that no webhook message was made of yet.
    #[serde(skip)]
    untold: Vec<Event>,
}

/// What the shop opens with, and opens with again after a reset.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// Products drawn from the seed, as many as the configuration says.
    Drawn,
    /// These products.
    Given(Arc<[OpeningProduct]>),
}

impl PolishVendor {
    /// A shop that opens now. Keys and everything drawn come from `keyed`.
    pub fn open(config: Config, opening: Opening, keyed: Keyed, now: Timestamp) -> Self {
        let products = match &opening {
            Opening::Drawn => seed::catalogue(keyed, config.items),
            Opening::Given(products) => products.to_vec(),
        };
        Self {
            shop: Shop::open(config.shop.clone(), products, now),
            config,
            seed: keyed.seed(),
            opening,
            keys: KeyRing::seeded(keyed),
            webhooks_made: 0,
            untold: Vec::new(),
        }
    }

    /// The shop itself.
    pub fn shop(&self) -> &Shop {
        &self.shop
    }

    /// The live keys of the principal of this role.
    pub fn credentials(&self, role: Role) -> Credentials {
        self.keys.credentials(role)
    }

    /// Carries out a command on behalf of a principal.
    pub(crate) fn handle(
        &mut self,
        principal: &Principal,
        command: Command,
        now: Timestamp,
    ) -> Result<Reply, Refusal> {
        let role = Role::of(principal.role).ok_or_else(forbidden)?;
        let actor = Actor {
            principal: Arc::clone(&principal.name),
            role,
        };
        let Outcome { result, events } = self.shop.handle(&actor, command, now);
        self.untold.extend(events);
        result
    }

    /// Issues a further key to the caller.
    pub(crate) fn rotate_key(&mut self, principal: &Principal) -> Option<IssuedKey> {
        self.keys.rotate(principal)
    }

    /// The id and the secret of one more webhook endpoint.
    pub(crate) fn draw_webhook(&mut self) -> (String, String) {
        let number = self.webhooks_made;
        self.webhooks_made += 1;
        let draw = |purpose| Keyed::new(self.seed).draw(purpose, "webhook endpoint", number);
        let id = format!("wh_{}", draw("id").hex());
        let secret = format!("pws_{}", draw("secret").uuid().simple());
        (id, secret)
    }
}

impl Vendor for PolishVendor {
    type Access = Option<Operation>;
    type Error = Failure;
    type Bucket = LeakyBucket;
    type Fact = Fact;
    type Signer = TimestampedHmac;

    const NAME: &'static str = "polish";
    const SNAPSHOT_VERSION: u32 = 1;
    const TOPICS: &'static [&'static str] = &Topic::NAMES;
    const CLIENTS: &'static [&'static str] = &["lockstep-hub", "shop-staff", "storefront"];

    fn seeded(seed: u64, items: usize, now: Timestamp) -> Self {
        let config = Config {
            items,
            ..Config::default()
        };
        Self::open(config, Opening::Drawn, Keyed::new(seed), now)
    }

    fn restarted(&self, now: Timestamp) -> Self {
        let keyed = Keyed::new(self.seed);
        Self::open(self.config.clone(), self.opening.clone(), keyed, now)
    }

    fn routes() -> OpenApiRouter<Mock<Self>> {
        api::routes()
    }

    fn access(operation: &str) -> Option<Operation> {
        Operation::from_id(operation)
    }

    fn shared_responses(_: &str, access: &Option<Operation>) -> Responses {
        access.map(api::shared_responses).unwrap_or_default()
    }

    fn authenticate(
        &mut self,
        request: &Parts,
        _: &Option<Operation>,
        _: Timestamp,
    ) -> Result<Arc<Principal>, Failure> {
        let key = presented(request);
        let found = key.and_then(|key| self.keys.find(key));
        found.cloned().ok_or_else(|| {
            let message = "X-Api-Key is missing, unknown or revoked";
            Refusal::new(ErrorCode::InvalidApiKey, message).into()
        })
    }

    fn authorize(
        &self,
        principal: &Principal,
        access: &Option<Operation>,
        _: Timestamp,
    ) -> Result<(), Failure> {
        let role = Role::of(principal.role);
        let may = role
            .zip(*access)
            .is_some_and(|(role, operation)| role.may(operation));
        if may { Ok(()) } else { Err(forbidden().into()) }
    }

    fn revoke_presented(&mut self, request: &Parts, _: Timestamp) {
        let found = presented(request).and_then(|key| self.keys.find(key));
        if let Some(id) = found.map(|principal| Arc::clone(&principal.credential)) {
            self.keys.revoke(&id);
        }
    }

    fn bucket_key(principal: &Principal) -> &Arc<str> {
        &principal.credential
    }

    fn bucket(&self, principal: &Principal, now: Timestamp) -> LeakyBucket {
        let role = Role::of(principal.role).unwrap_or(Role::Middleware);
        let leak = self.config.limits.of(role);
        LeakyBucket::new(leak.size, leak.per_second, now)
    }

    fn refuse(refusal: mock_kit::Refusal, now: Timestamp) -> Failure {
        Failure::of_shell(refusal, now)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.shop.next_due()
    }

    fn tick(&mut self, now: Timestamp) {
        let events = self.shop.tick(now);
        self.untold.extend(events);
    }

    fn take_messages(&mut self) -> Vec<Message> {
        let (keyed, zone) = (Keyed::new(self.seed), &self.config.shop.time_zone);
        let events = self.untold.drain(..);
        events
            .map(|event| webhook::message(&event, keyed, zone))
            .collect()
    }

    fn signer() -> TimestampedHmac {
        TimestampedHmac
    }

    fn webhook_policy(&self) -> Policy {
        webhook::policy()
    }

    fn facts(&self) -> &[Fact] {
        self.shop.facts()
    }

    fn revoke(&mut self, what: &Revocation, _: Timestamp) -> usize {
        let (principal, credential) = (what.principal.as_deref(), what.credential.as_deref());
        self.keys.revoke_matching(principal, credential)
    }

    fn environment(&self, base_url: &str) -> Vec<(&'static str, String)> {
        let mut lines = vec![("POLISH_BASE_URL", base_url.to_owned())];
        let mut add = |names: [&'static str; 2], role| {
            let keys = self.keys.credentials(role).keys;
            lines.extend(names.into_iter().zip(keys));
        };
        add(["POLISH_API_KEY", "POLISH_API_KEY_2"], Role::Middleware);
        add(
            ["POLISH_STAFF_API_KEY", "POLISH_STAFF_API_KEY_2"],
            Role::Staff,
        );
        let storefront = ["POLISH_STOREFRONT_API_KEY", "POLISH_STOREFRONT_API_KEY_2"];
        add(storefront, Role::Storefront);
        lines
    }
}

fn presented(request: &Parts) -> Option<&str> {
    request.headers.get(API_KEY)?.to_str().ok()
}

fn forbidden() -> Refusal {
    Refusal::new(ErrorCode::Forbidden, "this key's role may not do this")
}
