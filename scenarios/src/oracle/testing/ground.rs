//! What is there before anything happens: the mapping, and a history without facts.

use jiff::Timestamp;

use crate::oracle::{
    History,
    history::{
        Component, Criticality, Direction, HubView, Limits, Listing, Mapping, Mirror, Phases,
        Policy,
    },
};

/// No fact yet.
pub(super) fn empty(start: Timestamp) -> History {
    History {
        phases: Phases {
            started: start,
            traffic_ended: start,
            faults_ended: start,
            converged: None,
            quiescent: None,
            ended: start,
        },
        limits: Limits::default(),
        mapping: mapping(),
        jerky: Vec::new(),
        polish: Vec::new(),
        feed: Vec::new(),
        levels: Vec::new(),
        exchanges: Vec::new(),
        deliveries: Vec::new(),
        crashes: Vec::new(),
        checkpoints: Vec::new(),
        moves: Vec::new(),
        disturbed: Vec::new(),
        hub: HubView::default(),
    }
}

fn mapping() -> Mapping {
    let nail = Component::Own {
        sku: "NAIL".into(),
        need: 1,
        safety: 0,
    };
    let auto = Listing {
        criticality: Criticality::Eventual,
        ..listing(vec![jerky("J3", 10, 0)], 1)
    };
    let mirror = Mirror {
        source: "NAIL".into(),
        factor: 1,
    };
    Mapping {
        listings: [
            ("BAG".into(), listing(vec![jerky("J1", 50, 0)], 1)),
            ("SIX".into(), listing(vec![jerky("J2", 100, 200)], 6)),
            (
                "BOX".into(),
                listing(vec![jerky("J1", 50, 0), jerky("J2", 100, 0), nail], 1),
            ),
            ("AUTO".into(), auto),
        ]
        .into(),
        mirrors: [("M-NAIL".into(), mirror)].into(),
    }
}

fn listing(components: Vec<Component>, step: i64) -> Listing {
    Listing {
        components,
        moq: step,
        multiple: step,
        min_days: 0,
        criticality: Criticality::Strong,
        direction: Direction::OneWay,
        policy: Policy::OwnerWins,
    }
}

fn jerky(sku: &str, need: i64, safety: i64) -> Component {
    Component::Jerky {
        sku: sku.into(),
        need,
        safety,
    }
}
