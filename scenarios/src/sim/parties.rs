//! Who takes part, in simulation and under `lockstep serve` alike: both vendors with the plan's
//! catalogue, the middleware's configuration, and the people's credentials.

use std::sync::Arc;

use jiff::tz::TimeZone;
use mock_jerky_api::{
    Caller as VendorCaller, Command, JerkyMock, PAGE, Reply, WarehousePolicy,
    model::{Event, EventPage},
};
use mock_kit::{Role, Settings};
use mock_polish_api::{Opening, PolishMock, Role as ShopRole, ShopConfig};
use seams::{Clock, Wire};
use sync_core::{
    catalogue::Catalogue,
    engine::EnginePolicy,
    vendor::{
        http::HttpPolicy,
        jerky::{ClientCredentials, JerkyConfig},
        polish::PolishConfig,
        secret::Secret,
    },
};
use sync_hub::{DispatchPolicy, HubConfig, Intervals};

use super::{
    SimError,
    actors::{Caller, Credential, People},
    told,
};
use crate::{
    plan::Plan,
    scenario::{HubSettings, Span},
};

/// Both vendors.
#[derive(Clone)]
pub struct Vendors {
    /// The jerky warehouse.
    pub jerky: JerkyMock,
    /// The polish shop.
    pub polish: PolishMock,
}

/// Where everybody is reached.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The jerky vendor's base URL.
    pub jerky: String,
    /// The polish vendor's base URL.
    pub polish: String,
    /// The middleware's base URL.
    pub hub: String,
}

/// The wires of the people.
pub struct PeoplesWires {
    /// Shoppers, to the shop.
    pub shopper: Wire,
    /// Shop staff, to the shop.
    pub shop_staff: Wire,
    /// Warehouse staff, to the warehouse.
    pub warehouse: Wire,
}

impl Vendors {
    /// Vendors that open with the plan's catalogue.
    ///
    /// # Errors
    /// When a vendor does not take the catalogue.
    pub fn open(plan: &Plan, clock: &Clock, settings: Settings) -> Result<Self, SimError> {
        let world = plan.world();
        let warehouse = told::warehouse(&plan.catalogue, &world.warehouse_zone)?;
        let mut jerky = mock_jerky_api::Config::given(warehouse);
        jerky.middleware_rate.quota = world.quota;
        jerky.warehouse.feed_capacity = feed_capacity(plan.steps.len());
        let polish = mock_polish_api::Config {
            shop: ShopConfig {
                time_zone: TimeZone::get(&world.shop_zone).unwrap_or(TimeZone::UTC),
                ..ShopConfig::default()
            },
            ..mock_polish_api::Config::default()
        };
        let goods = Opening::Given(told::products(&plan.catalogue).into());
        let (clock, keyed) = (clock.clone(), plan.keyed());
        Ok(Self {
            jerky: JerkyMock::with_settings(jerky, clock.clone(), keyed, settings.clone()),
            polish: PolishMock::open(polish, goods, clock, keyed, settings),
        })
    }

    /// A page of the warehouse's change feed after this position; empty at its end.
    pub fn events(&self, after: u64) -> Vec<Arc<Event>> {
        self.feed(after).map(|page| page.data).unwrap_or_default()
    }

    /// The last position of the warehouse's change feed.
    pub fn last_event(&self) -> u64 {
        self.feed(u64::MAX).map_or(0, |page| page.last_position)
    }

    fn feed(&self, after: u64) -> Option<EventPage> {
        let judge = VendorCaller {
            actor: "judge".into(),
            key: None,
        };
        let command = Command::ListEvents {
            after,
            limit: *PAGE.end(),
        };
        match self
            .jerky
            .with(|state, now| state.vendor.handle(&judge, command, now))
        {
            Ok(Reply::Events(page)) => Some(page),
            _ => None,
        }
    }

    /// The ids of all orders the shop ever took.
    pub fn orders(&self) -> Vec<String> {
        let ids = |shop: &mock_polish_api::Shop| shop.orders().map(|o| o.id.to_string()).collect();
        self.polish.shop(|shop, _| ids(shop))
    }

    /// The middleware's configuration.
    ///
    /// # Errors
    /// When a vendor has no credentials for it.
    pub fn hub_config(
        &self,
        settings: &HubSettings,
        at: &Addresses,
    ) -> Result<HubConfig, SimError> {
        let client = self.jerky.credentials(Role::Middleware);
        let client = client.ok_or(SimError::NoCredentials("the middleware"))?;
        let http = http_policy(settings);
        Ok(HubConfig {
            jerky: JerkyConfig {
                base_url: at.jerky.clone(),
                client: ClientCredentials {
                    id: client.client_id,
                    secret: Secret::new(client.client_secret),
                },
                http: http.clone(),
            },
            polish: PolishConfig {
                base_url: at.polish.clone(),
                api_keys: self.keys(ShopRole::Middleware).map(Secret::new).collect(),
                leak_per_second: 20,
                http,
            },
            public_url: settings.webhooks.unwrap_or(true).then(|| at.hub.clone()),
            intervals: intervals(settings),
            dispatch: dispatch_policy(settings),
            engine: engine_policy(settings),
        })
    }

    /// The people, each with credentials of their own.
    ///
    /// # Errors
    /// When a vendor has no credentials for them.
    pub fn people(&self, wires: PeoplesWires, at: &Addresses) -> Result<People, SimError> {
        let staff = self.jerky.credentials(Role::Staff);
        let staff = staff.ok_or(SimError::NoCredentials("warehouse staff"))?;
        let client = Credential::Client {
            id: staff.client_id,
            secret: staff.client_secret,
        };
        let shopper = Credential::Key(self.key(ShopRole::Storefront)?);
        let shop_staff = Credential::Key(self.key(ShopRole::Staff)?);
        Ok(People::new(
            Caller::new(wires.shopper, &at.polish, shopper),
            Caller::new(wires.shop_staff, &at.polish, shop_staff),
            Caller::new(wires.warehouse, &at.jerky, client),
        ))
    }

    fn key(&self, role: ShopRole) -> Result<String, SimError> {
        let key = self.keys(role).next();
        key.ok_or(SimError::NoCredentials("somebody at the shop"))
    }

    /// All live keys of a role: two, so that one can be replaced without a gap.
    fn keys(&self, role: ShopRole) -> impl Iterator<Item = String> + use<> {
        self.polish.credentials(role).keys.into_iter()
    }
}

/// The mapping, read as the middleware's operator would have it read.
///
/// # Errors
/// When the middleware refuses it.
pub fn catalogue(plan: &Plan) -> Result<Arc<Catalogue>, SimError> {
    let file = told::mapping_file(&plan.catalogue)?;
    let read = Catalogue::read("mapping.toml", &file);
    read.map(Arc::new)
        .map_err(|error| SimError::Told(told::Untellable(error.to_string())))
}

fn http_policy(settings: &HubSettings) -> HttpPolicy {
    let usual = HttpPolicy::default();
    HttpPolicy {
        timeout_ms: settings
            .request_timeout
            .map_or(usual.timeout_ms, Span::as_millis),
        page_rows: settings
            .page_rows
            .map_or(usual.page_rows, |rows| rows as usize),
        ..usual
    }
}

/// How many events the warehouse keeps: all of a run, since nobody could judge what it forgot. That it
/// forgets is the fault `cursor_expired`.
fn feed_capacity(steps: usize) -> usize {
    // A step changes each item of an order once, gift boxes taken apart; twice what any order has.
    const OF_A_STEP: usize = 16;
    let usual = WarehousePolicy::default().feed_capacity;
    usual.max(steps.saturating_mul(OF_A_STEP))
}

fn dispatch_policy(settings: &HubSettings) -> DispatchPolicy {
    let usual = DispatchPolicy::default();
    DispatchPolicy {
        bulk_from: settings
            .bulk_from
            .map_or(usual.bulk_from, |numbers| numbers as usize),
        ..usual
    }
}

/// A reservation is extended when a third of its life is left, if that is sooner than usual.
fn engine_policy(settings: &HubSettings) -> EnginePolicy {
    let usual = EnginePolicy::default();
    let Some(ttl) = settings.reservation_ttl.map(Span::to_signed) else {
        return usual;
    };
    EnginePolicy {
        confirmed_ttl: ttl,
        extend_before: usual.extend_before.min(ttl / 3),
        ..usual
    }
}

fn intervals(settings: &HubSettings) -> Intervals {
    let usual = Intervals::default();
    let poll = |usual| settings.poll_every.map_or(usual, Span::as_millis);
    Intervals {
        feed_poll_ms: settings
            .feed_every
            .map_or(usual.feed_poll_ms, Span::as_millis),
        orders_poll_ms: poll(usual.orders_poll_ms),
        products_poll_ms: poll(usual.products_poll_ms),
        counts_poll_ms: poll(usual.counts_poll_ms),
        sweep_s: settings
            .sweep_every
            .map_or(usual.sweep_s, |span| span.as_millis() / 1000),
        ..usual
    }
}

#[cfg(test)]
mod tests {
    use mock_jerky_api::model::Change;
    use serde_json::json;

    use super::*;
    use crate::sim::tests::plan_with;

    #[test]
    fn the_feed_of_a_long_day_is_kept_to_its_beginning() {
        let mut plan = plan_with("kind = \"latency\"\nms = 1\n");
        let step = plan.steps.first().cloned().unwrap();
        plan.steps.resize(1_000, step);
        let sku = plan.catalogue.items[0].sku.clone();
        let clock = Clock::starting_at(plan.world().start);
        let vendors = Vendors::open(&plan, &clock, Settings::default()).unwrap();
        let caller = VendorCaller {
            actor: "staff".into(),
            key: None,
        };
        let more = |number: usize| -> Change {
            serde_json::from_value(json!({
                "change_id": format!("more-{number}"),
                "kind": "adjustment",
                "sku": sku,
                "quantity": "1",
                "reason_code": "FOUND",
            }))
            .unwrap()
        };
        let made: Vec<Change> = (0..12_000).map(more).collect();
        for batch in made.chunks(100) {
            let command = Command::AdjustBatch(batch.to_vec());
            let adjusted = vendors
                .jerky
                .with(|state, now| state.vendor.handle(&caller, command, now));
            adjusted.unwrap();
        }
        assert!(vendors.last_event() >= 12_000, "{}", vendors.last_event());
        assert_eq!(vendors.events(0)[0].position, 1);
    }
}
