use super::*;

#[test]
fn a_lot_is_usable_through_its_expiry_day_in_the_warehouse_zone() {
    let mut world = world(vec![three_lots()]);
    world.now = "2026-11-11T05:59:59Z".parse().unwrap();
    assert_eq!(
        world.split(),
        [35, 0, 0, 0, 0],
        "still 10 November in Chicago"
    );
    world.now = "2026-11-11T06:00:00Z".parse().unwrap();
    assert_eq!(world.split(), [30, 0, 0, 0, 5]);
    assert_eq!(world.level().sequence, 1, "nobody changed anything");
    assert_eq!(lots(&world.reserve("1").unwrap()), own(&[("A", 1)]));
}

#[test]
fn an_expired_lot_can_still_leave_for_destruction_but_not_for_the_shelf() {
    let mut world = world(vec![three_lots()]);
    world.now = "2026-11-12T12:00:00Z".parse().unwrap();
    world.change("1", r#""kind":"return","lot":"B","quantity":"2""#);
    let back = world.change("2", r#""kind":"restock","lot":"B","quantity":"2""#);
    assert_eq!(back.problem.unwrap().slug(), "lot-not-eligible");
    assert_eq!(
        world.change("3", r#""kind":"disposal","lot":"B""#).status,
        200
    );
    assert_eq!(world.split(), [30, 0, 0, 0, 0]);
}

#[test]
fn a_reservation_lapses_at_its_time_and_not_a_moment_earlier() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("3").unwrap();
    let due = held.expires_at;
    assert_eq!(world.warehouse.next_due(), Some(due));
    world.now = due - SignedDuration::from_millis(1);
    assert!(world.warehouse.tick(world.now).is_empty());
    world.now = due;
    let events = world.warehouse.tick(due);
    assert_eq!(events[0].kind, EventType::ReservationExpired);
    assert_eq!(
        events[0].data.reservation.as_ref().unwrap().state,
        ReservationState::Expired
    );
    assert_eq!(world.split(), [35, 0, 0, 0, 0]);
    refused(world.commit(&held, None), ProblemKind::ReservationExpired);
}

#[test]
fn what_fell_due_long_ago_happens_at_its_own_time() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("3").unwrap();
    world.wait(60 * 24);
    let outcome = world.warehouse.handle(
        &Caller::new("tester"),
        Command::GetStock(SKU.into()),
        world.now,
    );
    assert_eq!(outcome.events[0].occurred_at, held.expires_at);
}

#[test]
fn an_extended_reservation_outlives_its_first_end_and_is_never_shortened() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("3").unwrap();
    let extend = |seconds| {
        Command::ExtendReservation(
            held.id.clone(),
            ExtendRequest {
                ttl_seconds: seconds,
            },
        )
    };
    let longer = reservation(world.ask(extend(3600))).unwrap();
    assert_eq!(longer.expires_at, start() + SignedDuration::from_hours(1));
    let same = reservation(world.ask(extend(1))).unwrap();
    assert_eq!(same.expires_at, longer.expires_at);
    world.wait(16);
    assert_eq!(world.get(&held).state, ReservationState::Pending);
    world.wait(44);
    assert_eq!(world.get(&held).state, ReservationState::Expired);
}

#[test]
fn what_was_committed_before_the_end_stays_committed() {
    let mut world = world(vec![three_lots()]);
    let held = world.reserve("3").unwrap();
    world.commit(&held, Some("1")).unwrap();
    world.wait(15);
    let after = world.get(&held);
    assert_eq!(after.state, ReservationState::Committed);
    assert_eq!(after.lines[0].released.quantity(), Quantity(2));
    assert_eq!(world.split(), [34, 0, 1, 0, 0]);
}
