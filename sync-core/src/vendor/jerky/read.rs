//! What the hub reads from the jerky API.

use super::{
    client::{JerkyClient, read_one},
    page::{FeedPage, Page, read_feed, read_page},
    view::{ItemView, MirrorView, ReservationView, StockLevelView},
};
use crate::{
    sku::{JerkySku, OrderId, ReservationId},
    vendor::{error::VendorError, http::escaped, reading::Row},
};

/// Rows that the vendor gives in one page of a list at the most.
const PAGE: usize = 200;

/// The largest integer that every JSON reader keeps (RFC 8259, section 6).
const LAST_POSITION: u64 = (1 << 53) - 1;

impl JerkyClient {
    /// A page of items; from the start without a cursor.
    ///
    /// # Errors
    /// As the vendor answers; `cursor-expired` when the list has to be begun anew.
    pub async fn items(&self, cursor: Option<&str>) -> Result<Page<ItemView>, VendorError> {
        let path = self.listed("/v1/items", "", cursor);
        self.get("list_items", path, read_page).await
    }

    /// A page of stock levels; from the start without a cursor.
    ///
    /// # Errors
    /// As the vendor answers; `cursor-expired` when the list has to be begun anew.
    pub async fn stock(&self, cursor: Option<&str>) -> Result<Page<StockLevelView>, VendorError> {
        let path = self.listed("/v1/stock", "", cursor);
        self.get("list_stock", path, read_page).await
    }

    /// The stock levels of these items, at most 200. Items that the vendor does not know are
    /// simply not there.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn stock_of(
        &self,
        skus: &[JerkySku],
    ) -> Result<Vec<Row<StockLevelView>>, VendorError> {
        let skus: Vec<String> = skus.iter().map(|sku| escaped(sku.as_str())).collect();
        let path = format!("/v1/stock?limit={PAGE}&sku={}", skus.join(","));
        let page = self.get("list_stock", path, read_page).await?;
        Ok(page.rows)
    }

    /// A page of the change feed, of what happened after `after`.
    ///
    /// # Errors
    /// As the vendor answers; `sequence-expired` when it has forgotten `after`; garbled when the
    /// page is not the one asked for.
    pub async fn events(&self, after: u64) -> Result<FeedPage, VendorError> {
        let rows = self.channel.page_rows(PAGE);
        let path = format!("/v1/events?after={after}&limit={rows}");
        self.get("list_events", path, |reply| read_feed(reply, after))
            .await
    }

    /// The newest position of the change feed.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn feed_end(&self) -> Result<u64, VendorError> {
        // Nothing comes after the last position there can be, and none of it can have expired.
        let page = self.events(LAST_POSITION).await?;
        Ok(page.last_position)
    }

    /// A reservation.
    ///
    /// # Errors
    /// As the vendor answers; `reservation-not-found`.
    pub async fn reservation(&self, id: &ReservationId) -> Result<ReservationView, VendorError> {
        let path = format!("/v1/reservations/{}", escaped(id.as_str()));
        let view = self.get("get_reservation", path, read_one).await?;
        self.units.learn(&view);
        Ok(view)
    }

    /// Every reservation with an order's reference.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn reservations_for(
        &self,
        order: &OrderId,
    ) -> Result<Vec<Row<ReservationView>>, VendorError> {
        let reference = escaped(order.as_str());
        let path = format!("/v1/reservations?limit={PAGE}&reference={reference}");
        let page = self.reservations(path).await?;
        Ok(page.rows)
    }

    /// A page of the reservations that still hold something; from the start without a cursor.
    ///
    /// # Errors
    /// As the vendor answers; `cursor-expired` when the list has to be begun anew.
    pub async fn pending_reservations(
        &self,
        cursor: Option<&str>,
    ) -> Result<Page<ReservationView>, VendorError> {
        let path = self.listed("/v1/reservations", "&state=pending", cursor);
        self.reservations(path).await
    }

    async fn reservations(&self, path: String) -> Result<Page<ReservationView>, VendorError> {
        let page: Page<ReservationView> = self.get("list_reservations", path, read_page).await?;
        for view in page.rows.iter().flatten() {
            self.units.learn(view);
        }
        Ok(page)
    }

    /// What the vendor shows of stock that the other side owns.
    ///
    /// # Errors
    /// As the vendor answers; `unknown-sku`.
    pub async fn mirror(&self, sku: &JerkySku) -> Result<MirrorView, VendorError> {
        let path = format!("/v1/mirrors/{}", escaped(sku.as_str()));
        self.get("get_mirror", path, read_one).await
    }

    fn listed(&self, path: &str, filter: &str, cursor: Option<&str>) -> String {
        let rows = self.channel.page_rows(PAGE);
        match cursor {
            Some(cursor) => format!("{path}?limit={rows}{filter}&cursor={}", escaped(cursor)),
            None => format!("{path}?limit={rows}{filter}"),
        }
    }
}
