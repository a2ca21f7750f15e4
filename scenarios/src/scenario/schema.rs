//! The JSON Schema of scenario files, generated from the types that read them.

use schemars::{Schema, schema_for};

use super::Scenario;

/// The schema an editor can check scenario files by; kept in `scenario.schema.json`.
pub fn schema() -> Schema {
    schema_for!(Scenario)
}
