//! Random commands: what shoppers, staff and the middleware might do next.

use proptest::prelude::*;

use super::fixture::*;
use crate::{Command, OrderId, Refusal, Rejection, Reply, Role};

#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait(i64),
    Place(Vec<(usize, i64)>),
    Confirm(u64),
    Reject(u64),
    Cancel(u64, Option<(u32, i64)>),
    Ship(u64, Option<(u32, i64)>),
    Return(u64, u32, i64, bool),
    Publish(usize, i64),
    Count(usize, i64),
}

pub(super) fn any_steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(any_step(), 1..most)
}

fn any_step() -> impl Strategy<Value = Step> {
    let line = (0..SKUS.len(), 1i64..13);
    let order = 1u64..5;
    let part = prop::option::of((1u32..4, 1i64..8));
    prop_oneof![
        1 => (1i64..1_200).prop_map(Step::Wait),
        5 => prop::collection::vec(line, 1..4).prop_map(Step::Place),
        5 => order.clone().prop_map(Step::Confirm),
        1 => order.clone().prop_map(Step::Reject),
        2 => (order.clone(), part.clone()).prop_map(|(id, part)| Step::Cancel(id, part)),
        4 => (order.clone(), part).prop_map(|(id, part)| Step::Ship(id, part)),
        2 => (order, 1u32..4, 1i64..8, any::<bool>())
            .prop_map(|(id, line, quantity, restock)| Step::Return(id, line, quantity, restock)),
        2 => (0..SKUS.len(), 0i64..60).prop_map(|(sku, number)| Step::Publish(sku, number)),
        1 => (0..SKUS.len(), 0i64..110).prop_map(|(sku, number)| Step::Count(sku, number)),
    ]
}

/// Carries out one step; `number` makes its references unique.
pub(super) fn play(day: &mut Day, step: &Step, number: usize) -> Result<(), Refusal> {
    let reference = format!("ref-{number}");
    let part = |part: &Option<(u32, i64)>| part.map(|part| vec![part]);
    match step {
        Step::Wait(seconds) => {
            day.wait(*seconds);
            day.events.extend(day.shop.tick(day.now));
            Ok(())
        }
        Step::Place(lines) => {
            let lines: Vec<_> = lines.iter().map(|(sku, n)| (SKUS[*sku], *n)).collect();
            day.place(&lines).map(drop)
        }
        Step::Confirm(id) => day.confirm(OrderId::numbered(*id)).map(drop),
        Step::Reject(id) => {
            let body = Rejection {
                reason: "no".into(),
                lines: Vec::new(),
            };
            day.reject(OrderId::numbered(*id), body).map(drop)
        }
        Step::Cancel(id, lines) => day
            .cancel(OrderId::numbered(*id), part(lines).as_deref())
            .map(drop),
        Step::Ship(id, lines) => day
            .ship(OrderId::numbered(*id), &reference, part(lines).as_deref())
            .map(drop),
        Step::Return(id, line, quantity, restock) => day
            .take_back(
                OrderId::numbered(*id),
                &reference,
                &[(*line, *quantity, *restock)],
            )
            .map(drop),
        Step::Publish(sku, available) => day.publish(SKUS[*sku], *available).map(drop),
        Step::Count(sku, counted) => day.count(&reference, SKUS[*sku], *counted).map(drop),
    }
}

/// All holds, by the operation that lists them.
pub(super) fn holds(day: &mut Day) -> Vec<crate::Hold> {
    let command = Command::ListHolds {
        sku: None,
        page: page(1, 10_000),
    };
    match day.ask(Role::Staff, command) {
        Ok(Reply::Holds(found)) => {
            assert_eq!(found.rows.len(), found.total);
            found.rows
        }
        other => panic!("{other:?}"),
    }
}
