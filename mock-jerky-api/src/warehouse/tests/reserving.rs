use super::*;

#[test]
fn the_lot_that_expires_first_goes_first_and_the_undated_one_last() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("17").unwrap();
    assert_eq!(lots(&held), own(&[("B", 5), ("A", 10), ("C", 2)]));
    assert_eq!(world.split(), [18, 17, 0, 0, 0]);
}

#[test]
fn all_lines_are_reserved_or_none_and_each_shortfall_is_named() {
    let mut world = world(vec![three_lots()]);
    let lines = vec![line("a", SKU, "30", None), line("b", SKU, "6", None)];
    let problem = refused(
        world.ask(Command::CreateReservation(order(lines))),
        ProblemKind::InsufficientStock,
    );
    let short = &problem.shortfalls[0];
    assert_eq!(problem.shortfalls.len(), 1);
    assert_eq!(
        (short.line_id.as_str(), short.available.to_string()),
        ("b", "5".to_owned())
    );
    assert_eq!(world.split(), [35, 0, 0, 0, 0]);
    assert_eq!(world.level().sequence, 1, "a refusal changes nothing");
}

#[test]
fn two_lines_of_one_item_share_its_stock() {
    let mut world = world(vec![three_lots()]);
    let lines = vec![line("a", SKU, "30", None), line("b", SKU, "5", None)];
    let held = reservation(world.ask(Command::CreateReservation(order(lines)))).unwrap();
    assert_eq!(held.stock.unwrap().len(), 1, "one level for one item");
    assert_eq!(world.split(), [0, 35, 0, 0, 0]);
}

#[test]
fn safety_stock_is_never_promised() {
    let mut item = three_lots();
    item.safety_stock = Quantity(4);
    let mut world = world(vec![item]);
    assert_eq!(world.level().available.quantity(), Quantity(31));
    refused(world.reserve("32"), ProblemKind::InsufficientStock);
    world.reserve("31").unwrap();
    let level = world.level();
    assert_eq!(level.available.quantity(), Quantity(0));
    assert_eq!(level.safety_stock.quantity(), Quantity(4));
}

#[test]
fn callers_may_pick_lots_but_only_good_ones_that_sum_up() {
    let mut world = world(vec![three_lots()]);
    let held = world
        .reserve_picks("7", Some(&[("A", "4"), ("C", "3")]))
        .unwrap();
    assert_eq!(lots(&held), own(&[("A", 4), ("C", 3)]));
    refused(
        world.reserve_picks("7", Some(&[("A", "4")])),
        ProblemKind::InvalidRequest,
    );
    refused(
        world.reserve_picks("1", Some(&[("X", "1")])),
        ProblemKind::UnknownLot,
    );
    let short = refused(
        world.reserve_picks("9", Some(&[("A", "9")])),
        ProblemKind::InsufficientStock,
    );
    assert_eq!(short.shortfalls[0].available.to_string(), "6");
    world.change(
        "hold",
        r#""kind":"lot_status","lot":"A","lot_status":"hold""#,
    );
    refused(
        world.reserve_picks("1", Some(&[("A", "1")])),
        ProblemKind::LotNotEligible,
    );
}

#[test]
fn a_commit_in_parts_leaves_with_the_carrier_and_the_rest_is_released() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("8").unwrap();
    let after = world.commit(&held, Some("6")).unwrap();
    assert_eq!(after.state, ReservationState::Pending);
    assert_eq!(after.commits[0].lines[0].allocations.len(), 2);
    assert_eq!(world.split(), [27, 2, 6, 0, 0]);
    let after = world.release(&held, None).unwrap();
    assert_eq!(after.state, ReservationState::Committed);
    assert_eq!(lots(&after), own(&[("B", 5), ("A", 1)]));
    world.wait(60);
    assert_eq!(world.split(), [29, 0, 0, 0, 0]);
    assert_eq!(world.level().on_hand.quantity(), Quantity(29));
}

#[test]
fn a_reservation_is_resolved_once() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("3").unwrap();
    refused(
        world.commit(&held, Some("4")),
        ProblemKind::QuantityExceedsOpen,
    );
    world.commit(&held, None).unwrap();
    refused(world.commit(&held, None), ProblemKind::ReservationResolved);
    refused(world.release(&held, None), ProblemKind::ReservationResolved);
    let other = world.reserve("3").unwrap();
    assert_eq!(
        world.release(&other, None).unwrap().state,
        ReservationState::Released
    );
    refused(world.commit(&other, None), ProblemKind::ReservationResolved);
}

#[test]
fn goods_of_a_recalled_lot_are_taken_from_another_at_commit() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("7").unwrap();
    world.change(
        "recall",
        r#""kind":"lot_status","lot":"B","lot_status":"recall""#,
    );
    let after = world.commit(&held, None).unwrap();
    assert_eq!(lots(&after), own(&[("A", 7)]));
    assert_eq!(world.split(), [23, 0, 7, 0, 5]);
}

#[test]
fn a_commit_without_any_good_lot_is_refused_and_moves_nothing() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("35").unwrap();
    world.change(
        "recall",
        r#""kind":"lot_status","lot":"C","lot_status":"recalled""#,
    );
    refused(world.commit(&held, None), ProblemKind::LotNotEligible);
    assert_eq!(world.split(), [0, 35, 0, 0, 0]);
    world.commit(&held, Some("15")).unwrap();
}

#[test]
fn what_other_lots_cannot_replace_stays_promised_where_it_is() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("30").unwrap();
    for lot in ["A", "B"] {
        let recall = format!(r#""kind":"lot_status","lot":"{lot}","lot_status":"recall""#);
        world.change(lot, &recall);
    }
    refused(world.commit(&held, None), ProblemKind::LotNotEligible);
    let after = world.commit(&held, Some("20")).unwrap();
    assert_eq!(lots(&after), own(&[("A", 10), ("C", 20)]));
    assert_eq!(world.split(), [0, 10, 20, 0, 5]);
}

#[test]
fn quantities_convert_exactly_or_not_at_all() {
    let mut item = three_lots();
    item.unit = Unit::Kgm;
    let mut world = world(vec![item]);
    let ask = |quantity: &str, unit| {
        let mut line = line("1", SKU, quantity, None);
        line.unit = unit;
        Command::CreateReservation(order(vec![line]))
    };
    let held = reservation(world.ask(ask("7", Unit::Grm))).unwrap();
    assert_eq!(held.lines[0].quantity.to_string(), "0.007");
    refused(world.ask(ask("0.5", Unit::Grm)), ProblemKind::UnitMismatch);
    refused(world.ask(ask("1", Unit::H87)), ProblemKind::UnitMismatch);
    refused(
        world.ask(ask("0.000", Unit::Kgm)),
        ProblemKind::InvalidRequest,
    );
}

#[test]
fn an_owner_elsewhere_is_followed_by_its_sequence_alone() {
    let mirror = CatalogueItem::mirror(SKU, Unit::H87, "UTC").unwrap();
    let mut world = world(vec![mirror]);
    let tell = |quantity: &str, source_sequence| {
        let unit = Unit::H87;
        let told = MirrorAvailability {
            quantity: quantity.parse().unwrap(),
            unit,
            source_sequence,
        };
        Command::SetMirror(SKU.into(), told)
    };
    world.ask(tell("12", 5)).unwrap();
    refused(world.ask(tell("13", 5)), ProblemKind::StaleSequence);
    refused(world.ask(tell("11", 4)), ProblemKind::StaleSequence);
    world.ask(tell("12", 5)).unwrap();
    assert_eq!(world.level().sequence, 2, "repeating changes nothing");
    assert_eq!(world.split()[0], 12);
    refused(world.reserve("1"), ProblemKind::WrongOwner);
}
