//! The table of operations: from method and matched route to operation id and access. It is read
//! off the OpenAPI document, so that routes, documents, faults and journal agree on names.

use std::{collections::BTreeMap, sync::Arc};

use http::Method;
use utoipa::openapi::{OpenApi, PathItem, path::Operation as Documented};

/// One operation of a vendor's API.
#[derive(Clone, Debug)]
pub struct Operation<A> {
    /// Its id in the OpenAPI document.
    pub id: Arc<str>,
    /// Its method.
    pub method: Method,
    /// Its route, such as `/v1/items/{sku}`.
    pub path: Arc<str>,
    /// What the pipeline must know of it.
    pub access: A,
}

/// All operations of a vendor's API.
#[derive(Debug)]
pub struct Operations<A> {
    by_path: BTreeMap<Arc<str>, Vec<Operation<A>>>,
}

impl<A> Operations<A> {
    /// The operations that `document` describes; those without an id are left out.
    pub fn documented(document: &OpenApi, access: impl Fn(&str) -> A) -> Self {
        let mut by_path = BTreeMap::new();
        for (path, item) in &document.paths.paths {
            let path: Arc<str> = path.as_str().into();
            let operations = documented_methods(item)
                .filter_map(|(method, operation)| {
                    let id = operation.operation_id.as_deref()?;
                    Some(Operation {
                        id: id.into(),
                        method,
                        path: Arc::clone(&path),
                        access: access(id),
                    })
                })
                .collect();
            by_path.insert(Arc::clone(&path), operations);
        }
        Self { by_path }
    }

    /// The operation of this method and route. `HEAD` is served as `GET` (RFC 9110, 9.3.2).
    pub fn find(&self, method: &Method, route: &str) -> Option<&Operation<A>> {
        let method = if *method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        self.by_path
            .get(route)?
            .iter()
            .find(|operation| operation.method == *method)
    }

    /// The methods that a route takes.
    pub fn methods(&self, route: &str) -> Vec<Method> {
        let operations = self.by_path.get(route).map_or(&[][..], Vec::as_slice);
        operations
            .iter()
            .map(|operation| operation.method.clone())
            .collect()
    }

    /// All operations, by route.
    pub fn iter(&self) -> impl Iterator<Item = &Operation<A>> {
        self.by_path.values().flatten()
    }

    /// Up to three operations whose method and path are most like these, nearest first.
    pub fn nearest(&self, method: &Method, path: &str) -> Vec<String> {
        // A path can be 8 KiB long, and the distance is quadratic.
        let asked: String = format!("{method} {path}").chars().take(120).collect();
        let mut ranked: Vec<(usize, String)> = self
            .iter()
            .map(|operation| format!("{} {}", operation.method, operation.path))
            .map(|name| (strsim::levenshtein(&asked, &name), name))
            .collect();
        ranked.sort();
        ranked.into_iter().take(3).map(|(_, name)| name).collect()
    }
}

/// The operations under one path with their methods.
pub(crate) fn documented_methods(item: &PathItem) -> impl Iterator<Item = (Method, &Documented)> {
    [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}
