//! Every kind of fault in every phase that it has, on pipes under paused time and on real sockets:
//! it strikes the second of what its rule names, and neither the first nor the third, nor another
//! operation, nor another client. The toy plays them all; what a kind makes of a reply is tried in
//! depth elsewhere, and what the two vendors' own handlers make of pages, cursors and sequences in
//! their tests.

mod apart;
mod bad_data;
mod requests;
mod rules;
mod webhooks;

use std::collections::BTreeSet;

use mock_kit::fault::about_all;

/// A kind, and a phase of it.
type Tried = (&'static str, &'static str);

#[test]
fn every_kind_is_tried_in_every_phase_on_a_pipe_and_on_a_socket() {
    let known: BTreeSet<Tried> = about_all()
        .iter()
        .flat_map(|about| {
            let phases = about.phases.iter();
            phases.map(|phase| (about.name, phase.as_str()))
        })
        .collect();
    let tried: Vec<Tried> = [requests::tried(), webhooks::tried(), apart::TRIED.to_vec()].concat();
    let tried: BTreeSet<Tried> = tried.into_iter().collect();
    let missing: Vec<_> = known.difference(&tried).collect();
    assert!(missing.is_empty(), "nothing tries {missing:?}");
    let unknown: Vec<_> = tried.difference(&known).collect();
    assert!(unknown.is_empty(), "there is no {unknown:?}");
}
