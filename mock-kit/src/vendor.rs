//! What a vendor hands to the shell: its state machine and the hooks of the request pipeline.

use std::sync::Arc;

use axum::response::IntoResponse;
use http::request::Parts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::openapi::Responses;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    limit::Bucket,
    mock::Mock,
    principal::Principal,
    refusal::Refusal,
    webhook::{Message, Policy, Signer},
};

/// One vendor's state machine: pure, its time passed in, and everything it knows inside it,
/// credentials and ground truth included. It serialises to the snapshot of the admin API and of
/// `--state`, so indexes are rebuilt by its own `Deserialize`.
pub trait Vendor: Serialize + DeserializeOwned + Send + Sized + 'static {
    /// What the pipeline must know of one operation: its scopes or roles, whether it is limited,
    /// whether it takes an idempotency key. Made once per operation.
    type Access: Send + Sync + 'static;
    /// The vendor's error body.
    type Error: IntoResponse + Send;
    /// The vendor's kind of rate limit.
    type Bucket: Bucket;
    /// One line of the ground-truth ledger. The n-th is at index n - 1.
    type Fact: Serialize;
    /// How the vendor signs webhooks.
    type Signer: Signer;

    /// The vendor's name in fault rules and snapshots, such as `jerky`.
    const NAME: &'static str;
    /// The format of [`Vendor`]'s snapshot: raised with every change that an older reader misreads.
    const SNAPSHOT_VERSION: u32;
    /// The types of webhook messages it sends.
    const TOPICS: &'static [&'static str];
    /// The names of its clients, which fault rules may use besides their roles.
    const CLIENTS: &'static [&'static str];

    /// A vendor with a catalogue of `items` drawn from `seed`.
    fn seeded(seed: u64, items: usize, now: Timestamp) -> Self;

    /// This vendor as it was when first made, under the same configuration.
    fn restarted(&self, now: Timestamp) -> Self;

    /// The operations with their documentation. Operation ids come from here.
    fn routes() -> OpenApiRouter<Mock<Self>>;

    /// What the pipeline must know of the operation with this id.
    fn access(operation: &str) -> Self::Access;

    /// Responses that the pipeline gives to this operation (401, 403, 413, 429, …), to be
    /// documented with it. What the operation documents by itself stands.
    fn shared_responses(_operation: &str, _access: &Self::Access) -> Responses {
        Responses::new()
    }

    /// Finds who sends this request; anonymous where the operation is open to all.
    ///
    /// # Errors
    /// The vendor's 401.
    fn authenticate(
        &mut self,
        request: &Parts,
        access: &Self::Access,
        now: Timestamp,
    ) -> Result<Arc<Principal>, Self::Error>;

    /// Whether this principal may use the operation. Asked after the rate limit, as a refused
    /// request counts too.
    ///
    /// # Errors
    /// The vendor's 403.
    fn authorize(
        &self,
        principal: &Principal,
        access: &Self::Access,
        now: Timestamp,
    ) -> Result<(), Self::Error>;

    /// Makes the credential that this request presents invalid from now on.
    fn revoke_presented(&mut self, request: &Parts, now: Timestamp);

    /// Under which name the requests of this principal are counted.
    fn bucket_key(principal: &Principal) -> &Arc<str> {
        &principal.name
    }

    /// Whether requests for the operation count against a rate limit.
    fn is_limited(_access: &Self::Access) -> bool {
        true
    }

    /// A fresh bucket for this principal.
    fn bucket(&self, principal: &Principal, now: Timestamp) -> Self::Bucket;

    /// Whether the operation demands an `Idempotency-Key`.
    fn needs_idempotency_key(_access: &Self::Access) -> bool {
        false
    }

    /// The vendor's words for what the shell refused.
    fn refuse(refusal: Refusal, now: Timestamp) -> Self::Error;

    /// When time alone will next change something (a hold ends, midnight); `None` if nothing will.
    /// Asked on every request, so it must cost next to nothing.
    fn next_due(&self) -> Option<Timestamp>;

    /// Carries out all that time alone has brought about by `now`.
    fn tick(&mut self, now: Timestamp);

    /// Hands over the webhook messages that arose since the last call, in order.
    fn take_messages(&mut self) -> Vec<Message>;

    /// The signer of this vendor's webhooks.
    fn signer() -> Self::Signer;

    /// How webhooks are retried, ordered and given up.
    fn webhook_policy(&self) -> Policy;

    /// The ground-truth ledger from its first line.
    fn facts(&self) -> &[Self::Fact];

    /// Revokes credentials on behalf of the admin API; the number revoked.
    fn revoke(&mut self, what: &Revocation, now: Timestamp) -> usize;

    /// Demo credentials as `NAME=value` pairs for a shell or an `.env` file.
    fn environment(&self, base_url: &str) -> Vec<(&'static str, String)>;
}

/// Which credentials the admin API revokes: those that match every field given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// All credentials of this client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The credential with this public id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}
