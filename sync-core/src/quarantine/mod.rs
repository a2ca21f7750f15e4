//! What a vendor sent and cannot be applied, kept with its reason and its raw bytes.
