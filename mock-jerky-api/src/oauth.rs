//! Clients and access tokens: OAuth 2.0 client credentials (RFC 6749, 4.4). Pure state; the wire
//! forms are in `http::oauth`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use mock_kit::{Principal, Revocation, Role};
use seams::Keyed;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// What a token may do, as bits of [`Principal::grants`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) bit: u32,
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
}

pub(crate) const READ: Scope = scope(1, "stock:read", "Read items, stock, events, reservations");
pub(crate) const WRITE: Scope = scope(2, "stock:write", "Change stock");
pub(crate) const RESERVE: Scope = scope(4, "reservations:write", "Make and resolve reservations");
pub(crate) const MIRROR: Scope = scope(8, "mirrors:write", "Tell stock owned by the other side");
pub(crate) const HOOKS: Scope = scope(16, "webhooks:write", "See and change webhook endpoints");

/// All scopes, in the order in which they are listed.
pub(crate) const SCOPES: [Scope; 5] = [READ, WRITE, RESERVE, MIRROR, HOOKS];

/// The middleware's client, which may do everything.
pub(crate) const HUB: &str = "lockstep-hub";
/// The client of the people in the warehouse.
pub(crate) const STAFF: &str = "warehouse-staff";

/// Demo credentials of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: String,
}

/// A token that was just issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) token: Arc<str>,
    pub(crate) expires_in: u32,
    pub(crate) scope: String,
}

/// Why no token is issued (RFC 6749, 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GrantRefused {
    InvalidClient,
    InvalidScope,
}

/// The vendor's clients and their live tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OAuth {
    clients: BTreeMap<Arc<str>, Client>,
    tokens: BTreeMap<Arc<str>, Token>,
    /// Tokens by their end, so that ended ones are dropped without a search.
    ends: BTreeSet<(Timestamp, Arc<str>)>,
    issued: u64,
    lifetime: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Client {
    secret: String,
    role: Role,
    grants: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Token {
    principal: Arc<Principal>,
    expires_at: Timestamp,
}

impl OAuth {
    /// The seeded clients, without tokens.
    pub(crate) fn new(keyed: Keyed, lifetime: u32) -> Self {
        let client = |id: &str, role, grants| {
            let secret = secret(keyed, "client secret", id, 0);
            (
                Arc::from(id),
                Client {
                    secret,
                    role,
                    grants,
                },
            )
        };
        let all = SCOPES.iter().map(|scope| scope.bit).sum();
        Self {
            clients: BTreeMap::from([
                client(HUB, Role::Middleware, all),
                client(STAFF, Role::Staff, READ.bit | WRITE.bit | RESERVE.bit),
            ]),
            tokens: BTreeMap::new(),
            ends: BTreeSet::new(),
            issued: 0,
            lifetime,
        }
    }

    pub(crate) fn credentials(&self, role: Role) -> Option<Credentials> {
        let mut clients = self.clients.iter();
        let (id, client) = clients.find(|(_, client)| client.role == role)?;
        Some(Credentials {
            client_id: id.to_string(),
            client_secret: client.secret.clone(),
        })
    }

    /// Issues a token for the scopes asked for, or for all the client has.
    pub(crate) fn issue(
        &mut self,
        keyed: Keyed,
        id: &str,
        secret: &str,
        scope: Option<&str>,
        now: Timestamp,
    ) -> Result<Issued, GrantRefused> {
        let known = self.clients.get_key_value(id);
        let (name, client) = known
            .filter(|(_, client)| client.secret.as_bytes().ct_eq(secret.as_bytes()).into())
            .ok_or(GrantRefused::InvalidClient)?;
        let grants = granted(scope, client.grants).ok_or(GrantRefused::InvalidScope)?;
        let (name, role) = (Arc::clone(name), client.role);
        Ok(self.grant(keyed, name, role, grants, now))
    }

    /// Who bears this token; nobody once it has expired or was revoked.
    pub(crate) fn bearer(&self, token: &str, now: Timestamp) -> Option<Arc<Principal>> {
        let found = self.tokens.get(token)?;
        (now < found.expires_at).then(|| Arc::clone(&found.principal))
    }

    pub(crate) fn revoke_token(&mut self, token: &str) -> bool {
        let Some((token, gone)) = self.tokens.remove_entry(token) else {
            return false;
        };
        self.ends.remove(&(gone.expires_at, token));
        true
    }

    /// Revokes all tokens that match every field given.
    pub(crate) fn revoke(&mut self, what: &Revocation) -> usize {
        let named = |wanted: &Option<String>, name: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == name)
        };
        let matching: Vec<Arc<str>> = self
            .tokens
            .iter()
            .filter(|(_, token)| {
                let principal = &token.principal;
                named(&what.principal, &principal.name)
                    && named(&what.credential, &principal.credential)
            })
            .map(|(token, _)| Arc::clone(token))
            .collect();
        matching
            .iter()
            .filter(|token| self.revoke_token(token))
            .count()
    }

    fn grant(
        &mut self,
        keyed: Keyed,
        name: Arc<str>,
        role: Role,
        grants: u32,
        now: Timestamp,
    ) -> Issued {
        self.drop_ended(now);
        self.issued += 1;
        let token: Arc<str> =
            format!("jat_{}", secret(keyed, "access token", &name, self.issued)).into();
        let lifetime = SignedDuration::from_secs(self.lifetime.into());
        let expires_at = now.saturating_add(lifetime).unwrap_or(now);
        let principal = Principal {
            credential: format!("tok_{}", self.issued).into(),
            name,
            role,
            grants,
        };
        self.ends.insert((expires_at, Arc::clone(&token)));
        self.tokens.insert(
            Arc::clone(&token),
            Token {
                principal: Arc::new(principal),
                expires_at,
            },
        );
        Issued {
            token,
            expires_in: self.lifetime,
            scope: names(grants),
        }
    }

    fn drop_ended(&mut self, now: Timestamp) {
        while self.ends.first().is_some_and(|(end, _)| *end <= now) {
            if let Some((_, token)) = self.ends.pop_first() {
                self.tokens.remove(&token);
            }
        }
    }
}

/// Thirty-two hexadecimal digits that nobody guesses without the seed.
pub(crate) fn secret(keyed: Keyed, purpose: &str, subject: &str, ordinal: u64) -> String {
    let half = |part: &str| {
        keyed
            .draw(&format!("{purpose} {part}"), subject, ordinal)
            .hex()
    };
    half("first half") + &half("second half")
}

/// The names of scopes, separated by spaces (RFC 6749, 3.3).
pub(crate) fn names(grants: u32) -> String {
    let held = SCOPES.iter().filter(|scope| grants & scope.bit != 0);
    held.map(|scope| scope.name).collect::<Vec<_>>().join(" ")
}

fn granted(asked: Option<&str>, held: u32) -> Option<u32> {
    let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else {
        return Some(held);
    };
    asked.split_ascii_whitespace().try_fold(0, |grants, name| {
        let scope = SCOPES.iter().find(|scope| scope.name == name)?;
        (held & scope.bit != 0).then_some(grants | scope.bit)
    })
}

const fn scope(bit: u32, name: &'static str, meaning: &'static str) -> Scope {
    Scope { bit, name, meaning }
}
