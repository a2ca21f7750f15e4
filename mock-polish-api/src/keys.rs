//! API keys: two live ones per principal, so that one can be replaced without a gap.

use std::{collections::BTreeMap, sync::Arc};

use mock_kit::Principal;
use seams::Keyed;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::actor::Role;

/// Live keys of one principal.
pub(crate) const LIVE_KEYS: usize = 2;

/// A principal's credentials as a client is configured with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The principal's name.
    pub principal: Arc<str>,
    /// Its live keys, the oldest first; what to send in `X-Api-Key`.
    pub keys: Vec<String>,
}

/// A key that was just issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IssuedKey {
    /// The key's public name.
    pub(crate) id: Arc<str>,
    /// What to send in `X-Api-Key`.
    pub(crate) key: String,
    /// The ids of all live keys of the principal, the oldest first.
    pub(crate) live: Vec<Arc<str>>,
}

/// All keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyRing {
    seed: u64,
    live: BTreeMap<Arc<str>, LiveKey>,
    holders: BTreeMap<Arc<str>, Holder>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LiveKey {
    secret: String,
    principal: Arc<Principal>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Holder {
    role: Role,
    /// The ids of its live keys, the oldest first.
    keys: Vec<Arc<str>>,
    issued: u64,
}

impl KeyRing {
    /// One principal per role, each with two live keys drawn from the seed.
    pub(crate) fn seeded(keyed: Keyed) -> Self {
        let mut ring = Self {
            seed: keyed.seed(),
            live: BTreeMap::new(),
            holders: BTreeMap::new(),
        };
        for role in Role::ALL {
            let holder = Holder {
                role,
                keys: Vec::new(),
                issued: 0,
            };
            let name: Arc<str> = principal_of(role).into();
            ring.holders.insert(Arc::clone(&name), holder);
            for _ in 0..LIVE_KEYS {
                ring.issue(&name);
            }
        }
        ring
    }

    /// The principal whose live key this is.
    pub(crate) fn find(&self, key: &str) -> Option<&Arc<Principal>> {
        let live = self.live.get(id_of(key)?)?;
        let same: bool = live.secret.as_bytes().ct_eq(key.as_bytes()).into();
        same.then_some(&live.principal)
    }

    /// The live keys of the principal of this role.
    pub(crate) fn credentials(&self, role: Role) -> Credentials {
        let principal: Arc<str> = principal_of(role).into();
        let ids = self
            .holders
            .get(&principal)
            .map(|holder| holder.keys.as_slice());
        let keys = ids
            .unwrap_or_default()
            .iter()
            .filter_map(|id| self.live.get(id));
        Credentials {
            keys: keys.map(|key| key.secret.clone()).collect(),
            principal,
        }
    }

    /// Issues a further key to the principal that presented `presented`. With two keys live, the
    /// older of those not presented is revoked: whoever never learns of the new key, because the
    /// reply was lost, can try again with the one in hand.
    pub(crate) fn rotate(&mut self, presented: &Principal) -> Option<IssuedKey> {
        let holder = self.holders.get(&presented.name)?;
        if holder.keys.len() >= LIVE_KEYS {
            let mut others = holder.keys.iter().filter(|id| **id != presented.credential);
            let oldest = others.next().cloned()?;
            self.revoke(&oldest);
        }
        self.issue(&presented.name)
    }

    /// Revokes the key with this id; whether it was live.
    pub(crate) fn revoke(&mut self, id: &str) -> bool {
        let Some(key) = self.live.remove(id) else {
            return false;
        };
        if let Some(holder) = self.holders.get_mut(&key.principal.name) {
            holder.keys.retain(|live| **live != *id);
        }
        true
    }

    /// Revokes the keys of a principal, a key by its id, or (by both) a key if it is that
    /// principal's. The number revoked.
    pub(crate) fn revoke_matching(
        &mut self,
        principal: Option<&str>,
        credential: Option<&str>,
    ) -> usize {
        let matches = |key: &&Arc<Principal>| {
            principal.is_none_or(|name| *key.name == *name)
                && credential.is_none_or(|id| *key.credential == *id)
        };
        let live = self.live.values().map(|key| &key.principal);
        let doomed: Vec<_> = live
            .filter(matches)
            .map(|key| Arc::clone(&key.credential))
            .collect();
        doomed.iter().filter(|id| self.revoke(id)).count()
    }

    fn issue(&mut self, name: &Arc<str>) -> Option<IssuedKey> {
        let holder = self.holders.get_mut(name)?;
        let draw = |purpose| Keyed::new(self.seed).draw(purpose, name, holder.issued);
        let id: Arc<str> = format!("pk_{}", draw("api key id").hex()).into();
        let secret = format!("{id}_{}", draw("api key secret").uuid().simple());
        holder.issued += 1;
        holder.keys.push(Arc::clone(&id));
        let principal = Arc::new(Principal {
            credential: Arc::clone(&id),
            ..Principal::new(name, holder.role.kit())
        });
        let key = LiveKey {
            secret: secret.clone(),
            principal,
        };
        self.live.insert(Arc::clone(&id), key);
        Some(IssuedKey {
            id,
            key: secret,
            live: holder.keys.clone(),
        })
    }
}

/// The seeded principal of a role.
fn principal_of(role: Role) -> &'static str {
    match role {
        Role::Middleware => "lockstep-hub",
        Role::Staff => "shop-staff",
        Role::Storefront => "storefront",
    }
}

/// `pk_<id>` of `pk_<id>_<secret>`.
fn id_of(key: &str) -> Option<&str> {
    key.rsplit_once('_').map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> KeyRing {
        KeyRing::seeded(Keyed::new(1))
    }

    #[test]
    fn every_role_has_two_live_keys_of_its_own() {
        let ring = ring();
        for role in Role::ALL {
            let credentials = ring.credentials(role);
            assert_eq!(credentials.keys.len(), 2);
            for key in &credentials.keys {
                assert_eq!(ring.find(key).unwrap().name, credentials.principal);
            }
        }
        assert_ne!(
            ring.credentials(Role::Staff).keys,
            ring.credentials(Role::Middleware).keys
        );
    }

    #[test]
    fn a_key_that_is_nearly_right_is_wrong() {
        let ring = ring();
        let key = ring.credentials(Role::Staff).keys[0].clone();
        for wrong in [
            &key[..key.len() - 1],
            "",
            "_",
            "pk_",
            &format!("{key}0"),
            &key.to_uppercase(),
        ] {
            assert_eq!(ring.find(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn rotating_keeps_the_key_in_hand_alive_however_often_it_is_repeated() {
        let mut ring = ring();
        let old = ring.credentials(Role::Middleware).keys;
        let presented = Arc::clone(ring.find(&old[0]).unwrap());
        let lost = ring.rotate(&presented).unwrap();
        let issued = ring.rotate(&presented).unwrap();
        assert!(ring.find(&old[0]).is_some());
        assert!(ring.find(&old[1]).is_none());
        assert!(ring.find(&lost.key).is_none());
        assert!(ring.find(&issued.key).is_some());
        assert_eq!(issued.live.len(), LIVE_KEYS);
    }

    #[test]
    fn revoking_strikes_what_matches_everything_given() {
        let mut ring = ring();
        let staff = ring.credentials(Role::Staff);
        let id = id_of(&staff.keys[0]).unwrap();
        assert_eq!(ring.revoke_matching(Some("storefront"), Some(id)), 0);
        assert_eq!(ring.revoke_matching(Some("shop-staff"), Some(id)), 1);
        assert!(ring.find(&staff.keys[0]).is_none() && ring.find(&staff.keys[1]).is_some());
        assert_eq!(ring.revoke_matching(Some("shop-staff"), None), 1);
        assert_eq!(ring.revoke_matching(None, None), 4);
    }
}
