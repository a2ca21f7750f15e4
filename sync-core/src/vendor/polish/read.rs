//! What the hub reads from the polish API.

use super::{
    client::{PolishClient, read_one},
    page::{Page, Step, read_page},
    view::{CountView, OrderStatus, OrderView, ProductView},
};
use crate::{
    sku::{OrderId, PolishSku},
    vendor::{
        error::VendorError,
        http::{Reply, escaped},
    },
};

impl PolishClient {
    /// A page of products.
    ///
    /// # Errors
    /// As the vendor answers; garbled when the page has not the length it should.
    pub async fn products(&self, step: Step) -> Result<Page<ProductView>, VendorError> {
        let rows = self.page_rows();
        let path = listed("/products", "", step, rows);
        let read = |reply: &Reply| read_page(reply, step.page, rows);
        self.get("list_products", path, read).await
    }

    /// A product.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn product(&self, sku: &PolishSku) -> Result<ProductView, VendorError> {
        let path = format!("/products/{}", escaped(sku.as_str()));
        self.get("get_product", path, read_one).await
    }

    /// A page of orders, of one status or of all.
    ///
    /// # Errors
    /// As the vendor answers; garbled when the page has not the length it should.
    pub async fn orders(
        &self,
        status: Option<OrderStatus>,
        step: Step,
    ) -> Result<Page<OrderView>, VendorError> {
        let filter = status.map_or_else(String::new, |s| format!("&status={}", s.as_str()));
        let rows = self.page_rows();
        let path = listed("/orders", &filter, step, rows);
        let read = |reply: &Reply| read_page(reply, step.page, rows);
        self.get("list_orders", path, read).await
    }

    /// An order.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn order(&self, id: &OrderId) -> Result<OrderView, VendorError> {
        let path = format!("/orders/{}", escaped(id.as_str()));
        self.get("get_order", path, read_one).await
    }

    /// Recounts after the one with id `after`, oldest first; from the first without one.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn counts(&self, after: Option<&str>) -> Result<Page<CountView>, VendorError> {
        let rows = self.page_rows();
        let path = match after {
            Some(after) => format!("/counts?per_page={rows}&after={}", escaped(after)),
            None => format!("/counts?per_page={rows}"),
        };
        let read = |reply: &Reply| read_page(reply, 1, rows);
        self.get("list_counts", path, read).await
    }
}

fn listed(path: &str, filter: &str, step: Step, rows: usize) -> String {
    let page = step.page;
    match step.updated_after {
        Some(since) => {
            let since = escaped(&since.to_string());
            format!("{path}?per_page={rows}&page={page}{filter}&updated_after={since}")
        }
        None => format!("{path}?per_page={rows}&page={page}{filter}"),
    }
}
