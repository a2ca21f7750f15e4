//! The operation that a method and a path are, by the names in the vendors' documents.

use http::Method;
use mock_kit::Vendor;

use super::Lane;

/// The operations of both vendors.
pub(super) struct Operations {
    jerky: Vec<Operation>,
    polish: Vec<Operation>,
}

struct Operation {
    id: String,
    method: Method,
    segments: Vec<Segment>,
}

enum Segment {
    Fixed(String),
    Parameter,
}

impl Operations {
    /// All that the documents describe.
    pub(super) fn known() -> Self {
        Self {
            jerky: documented::<mock_jerky_api::Jerky>(),
            polish: documented::<mock_polish_api::PolishVendor>(),
        }
    }

    /// The operation's id and the values of its path's parameters; `None` for an unknown one.
    pub(super) fn find<'p>(
        &self,
        vendor: Lane,
        method: &Method,
        path: &'p str,
    ) -> Option<(&str, Vec<&'p str>)> {
        let known = match vendor {
            Lane::Jerky => &self.jerky,
            Lane::Polish => &self.polish,
            Lane::Warehouse | Lane::Hub | Lane::Shop => return None,
        };
        known.iter().find_map(|operation| {
            let values = operation.values(method, path)?;
            Some((operation.id.as_str(), values))
        })
    }
}

impl Operation {
    fn values<'p>(&self, method: &Method, path: &'p str) -> Option<Vec<&'p str>> {
        let parts: Vec<&str> = path.split('/').collect();
        if self.method != *method || parts.len() != self.segments.len() {
            return None;
        }
        let mut values = Vec::new();
        for (part, segment) in parts.into_iter().zip(&self.segments) {
            match segment {
                Segment::Fixed(text) if text == part => {}
                Segment::Fixed(_) => return None,
                Segment::Parameter => values.push(part),
            }
        }
        Some(values)
    }
}

fn documented<V: Vendor>() -> Vec<Operation> {
    let document = mock_kit::openapi::document::<V>();
    let operations = mock_kit::Operations::documented(&document, |_| ());
    let mut known: Vec<Operation> = operations
        .iter()
        .map(|operation| Operation {
            id: operation.id.to_string(),
            method: operation.method.clone(),
            segments: operation.path.split('/').map(segment).collect(),
        })
        .collect();
    // `/availability/bulk` is itself before it is `/{one}/{other}`.
    known.sort_by_key(Operation::parameters);
    known
}

impl Operation {
    fn parameters(&self) -> usize {
        let is_parameter = |segment: &&Segment| matches!(segment, Segment::Parameter);
        self.segments.iter().filter(is_parameter).count()
    }
}

fn segment(text: &str) -> Segment {
    if text.starts_with('{') && text.ends_with('}') {
        Segment::Parameter
    } else {
        Segment::Fixed(text.to_owned())
    }
}
