//! The life of a lot: released, held, recalled, disposed of.

use super::{
    Answer, Warehouse,
    adjustment::Done,
    asked::Asked,
    invalid,
    lot::{Place, may_become},
};
use crate::{
    ids::Location,
    model::{Change, LotStatus},
    problem::ProblemKind,
    truth::{Account, Fact, Stamp},
};

impl Warehouse {
    pub(super) fn turn(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
        let to = change
            .lot_status
            .ok_or_else(|| invalid("what becomes of the lot?", "lot_status"))?;
        let (to, id) = (to.status(), asked.lot_id(change)?);
        let lot = asked.lot_of(self.stocked(&change.sku)?)?;
        if lot.status == to {
            return Ok(Done::Nothing);
        }
        if !may_become(lot.status, to) {
            let detail = format!("lot {id} is {:?} and cannot become {to:?}", lot.status);
            return Err(ProblemKind::LotNotEligible.because(detail).into());
        }
        let expires_on = lot.expires_on;
        let places: Vec<Location> = lot.bins.keys().cloned().collect();
        if let Some(lot) = self
            .items
            .get_mut(&change.sku)
            .and_then(|item| item.lots.get_mut(id))
        {
            lot.status = to;
        }
        self.truth.record(
            stamp,
            Fact::LotChanged {
                sku: change.sku.clone(),
                lot: id.clone(),
                status: to,
                expires_on,
            },
        );
        if to == LotStatus::Disposed {
            for location in places {
                self.empty(
                    stamp,
                    change,
                    &Place {
                        lot: id.clone(),
                        location,
                    },
                );
            }
        }
        Ok(Done::Status)
    }

    /// Destroys all that is promised to nobody in a place.
    fn empty(&mut self, stamp: &Stamp, change: &Change, place: &Place) {
        let lot = self
            .items
            .get(&change.sku)
            .and_then(|item| item.lots.get(&place.lot));
        let bin = lot.map(|lot| lot.bin(&place.location)).unwrap_or_default();
        for account in [Account::QualityControl, Account::Damaged, Account::OnHand] {
            self.put(
                stamp,
                change,
                place,
                (account, Account::Disposed),
                bin.balance(account),
            );
        }
    }
}
