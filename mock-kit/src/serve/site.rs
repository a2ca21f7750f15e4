//! Who comes in: a router, and before it the faults that strike connections as they are made.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::Router;

use crate::{
    clock::VendorClock,
    fault::{Effect, Excess, Faults, Strike, Target},
    principal::{Principal, Role},
};

/// The operation under which connections are counted.
const CONNECTION: &str = "connection";

/// How often a connection that has to wait looks whether there is room.
const LOOK: Duration = Duration::from_millis(10);

/// What a listener serves. Clones share it.
#[derive(Clone, Debug)]
pub struct Site {
    router: Router,
    door: Option<Arc<Door>>,
}

/// One connection's way in.
#[derive(Debug)]
pub struct Entry {
    pub(super) router: Router,
    place: Option<Place>,
}

#[derive(Debug)]
struct Door {
    faults: Faults,
    clock: VendorClock,
    /// Open connections of each client, by role; `None` where nobody said who it is.
    open: Mutex<BTreeMap<Option<Role>, usize>>,
}

/// A place inside, given back when dropped.
#[derive(Debug)]
struct Place {
    door: Arc<Door>,
    client: Option<Role>,
    /// The rule that keeps it outside, and how many may be inside.
    waits: Option<(Arc<str>, usize)>,
}

impl Site {
    /// The same with its router wrapped.
    #[must_use]
    pub fn map(self, wrap: impl FnOnce(Router) -> Router) -> Self {
        Self {
            router: wrap(self.router),
            ..self
        }
    }

    /// A router behind the faults of its vendor.
    pub(crate) fn behind(router: Router, faults: Faults, clock: VendorClock) -> Self {
        let door = Door {
            faults,
            clock,
            open: Mutex::default(),
        };
        Self {
            router,
            door: Some(Arc::new(door)),
        }
    }

    /// Lets a connection of `client` in, if it is known whose it is; `None` when it is refused.
    pub fn enter(&self, client: Option<Role>) -> Option<Entry> {
        let place = match &self.door {
            Some(door) => Some(door.enter(client)?),
            None => None,
        };
        Some(Entry {
            router: self.router.clone(),
            place,
        })
    }
}

impl From<Router> for Site {
    fn from(router: Router) -> Self {
        Self { router, door: None }
    }
}

impl From<Router> for Entry {
    fn from(router: Router) -> Self {
        let place = None;
        Self { router, place }
    }
}

impl Entry {
    /// Waits until there is room inside.
    pub(super) async fn wait(&mut self) {
        let Some(place) = &mut self.place else { return };
        while !place.comes_in() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Door {
    fn enter(self: &Arc<Self>, client: Option<Role>) -> Option<Place> {
        let mut waits = None;
        for strike in self.strikes(client) {
            match strike.effect {
                Effect::Shut => {
                    self.count(&strike);
                    return None;
                }
                Effect::Crowd { most, excess } if self.inside(client) >= most => {
                    self.count(&strike);
                    if excess == Excess::Refuse {
                        return None;
                    }
                    waits = Some((Arc::clone(&strike.rule), most));
                }
                _ => self.faults.give_back(&strike),
            }
        }
        if waits.is_none() {
            self.come_in(client);
        }
        Some(Place {
            door: Arc::clone(self),
            client,
            waits,
        })
    }

    fn strikes(&self, client: Option<Role>) -> Vec<Strike> {
        if !self.faults.is_armed() {
            return Vec::new();
        }
        let principal = client.map(|role| Principal::new(role.as_str(), role));
        self.faults.strike_connection(&Target {
            operation: CONNECTION,
            method: "",
            path: "",
            principal: principal.as_ref(),
            now: self.clock.world_now(),
        })
    }

    fn count(&self, strike: &Strike) {
        self.faults.count(strike, strike.operation());
    }

    fn inside(&self, client: Option<Role>) -> usize {
        self.lock().get(&client).copied().unwrap_or(0)
    }

    fn come_in(&self, client: Option<Role>) {
        *self.lock().entry(client).or_insert(0) += 1;
    }

    fn go_out(&self, client: Option<Role>) {
        if let Some(inside) = self.lock().get_mut(&client) {
            *inside = inside.saturating_sub(1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Option<Role>, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Comes in if there is room, or nothing keeps it outside any more; whether it is inside.
    fn comes_in(&mut self) -> bool {
        let Some((rule, most)) = &self.waits else {
            return true;
        };
        let now = self.door.clock.world_now();
        let is_full = self.door.inside(self.client) >= *most;
        if is_full && self.door.faults.is_in_force(rule, now) {
            return false;
        }
        self.waits = None;
        self.door.come_in(self.client);
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.waits.is_none() {
            self.door.go_out(self.client);
        }
    }
}
