//! What the loader tells people about their mistakes.

use std::collections::BTreeMap;

use super::*;

const HEAD: &str = "name = \"x\"\ntitle = \"t\"\nwhy = \"w\"\n";

fn complaint(body: &str) -> String {
    let known = Known {
        vendors: BTreeMap::from([
            (
                "jerky".to_owned(),
                vec!["create_reservation".to_owned(), "get_stock".to_owned()],
            ),
            ("polish".to_owned(), vec!["put_availability".to_owned()]),
        ]),
        clients: vec!["middleware".to_owned(), "any".to_owned()],
        invariants: vec!["no_oversell".to_owned(), "fefo".to_owned()],
        faults: vec!["reply_lost".to_owned(), "hub_crash".to_owned()],
    };
    match parse("x.toml", &format!("{HEAD}{body}"), &known) {
        Ok(_) => panic!("nobody complained about {body}"),
        Err(mistake) => mistake.to_string(),
    }
}

#[test]
fn a_misspelt_field_is_shown_in_its_line_with_what_was_meant() {
    insta::assert_snapshot!(complaint("[traffic]\nordres = 60.0\n"));
}

#[test]
fn a_misspelt_table_is_named() {
    insta::assert_snapshot!(complaint("[trafic]\norders = 60.0\n"));
}

#[test]
fn a_wrong_type_says_what_was_expected() {
    insta::assert_snapshot!(complaint("[world]\nitems = \"many\"\n"));
}

#[test]
fn a_length_of_time_that_is_none_says_how_to_write_one() {
    insta::assert_snapshot!(complaint("[world]\nduration = \"six hours\"\n"));
}

#[test]
fn a_misspelt_variant_is_met_with_all_that_exist() {
    insta::assert_snapshot!(complaint("[world]\nstock = \"tigth\"\n"));
}

#[test]
fn a_misspelt_fault_is_shown_at_its_kind() {
    let body = "[[fault]]\nkind = \"reply_lost\"\n\n[[fault]]\nkind = \"replylost\"\n";
    insta::assert_snapshot!(complaint(body));
}

#[test]
fn a_misspelt_field_of_a_fault_is_shown_at_its_key() {
    let body = "[[fault]]\nkind = \"reply_lost\"\nchanse = 0.5\n";
    insta::assert_snapshot!(complaint(body));
}

#[test]
fn a_misspelt_operation_is_met_with_the_nearest() {
    let body = "[[fault]]\nkind = \"reply_lost\"\noperation = \"create_reservations\"\n";
    insta::assert_snapshot!(complaint(body));
}

#[test]
fn a_misspelt_vendor_is_met_with_the_nearest() {
    insta::assert_snapshot!(complaint(
        "[[fault]]\nkind = \"reply_lost\"\nvendor = \"jreky\"\n"
    ));
}

#[test]
fn an_operation_of_the_other_vendor_is_refused() {
    let body =
        "[[fault]]\nkind = \"reply_lost\"\nvendor = \"jerky\"\noperation = \"put_availability\"\n";
    insta::assert_snapshot!(complaint(body));
}

#[test]
fn a_window_that_ends_before_it_begins_is_refused() {
    let body = "[[fault]]\nkind = \"reply_lost\"\nfrom = \"2h\"\nuntil = \"1h\"\n";
    insta::assert_snapshot!(complaint(body));
}

#[test]
fn a_wrong_value_of_a_fault_is_shown_at_its_field() {
    insta::assert_snapshot!(complaint(
        "[[fault]]\nkind = \"reply_lost\"\nchance = 1.5\n"
    ));
}

#[test]
fn a_kind_like_no_other_is_met_with_all_that_exist() {
    insta::assert_snapshot!(complaint("[[fault]]\nkind = \"zzzzzzzz\"\n"));
}

#[test]
fn a_world_beyond_any_machine_is_refused() {
    insta::assert_snapshot!(complaint("[world]\nitems = 4000000000\n"));
    insta::assert_snapshot!(complaint("[world]\nduration = \"100000h\"\n"));
}

#[test]
fn a_start_that_is_no_time_says_how_to_write_one() {
    insta::assert_snapshot!(complaint("[world]\nstart = \"yesterday\"\n"));
}

#[test]
fn a_start_at_an_end_of_the_calendar_is_refused() {
    for start in ["9999-12-30T20:00:00Z", "1969-12-31T23:59:59Z"] {
        let said = complaint(&format!("[world]\nstart = \"{start}\"\n"));
        assert!(said.contains("expected one from 1970 to 2199"), "{said}");
    }
}

#[test]
fn a_text_where_a_number_belongs_says_what_was_expected() {
    let said = complaint("[world]\nitems = \"many\"\n");
    assert!(said.contains("expected a whole number"), "{said}");
}

#[test]
fn bytes_that_are_no_text_are_shown_at_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.toml");
    std::fs::write(&path, b"name = \"x\"\n# caf\xe9\n").unwrap();
    let said = read(&path, &Known::default()).unwrap_err().to_string();
    assert!(
        said.contains("x.toml:2:6: byte 17 is not UTF-8 text"),
        "{said}"
    );
    let said = read(folder.path(), &Known::default())
        .unwrap_err()
        .to_string();
    assert!(said.contains("a folder, not a scenario file"), "{said}");
}

#[test]
fn the_scenario_in_the_readme_is_one() {
    let readme = include_str!("../../../README.md");
    let after = readme.split("```toml\n").nth(1).unwrap();
    let text = after.split("```").next().unwrap();
    parse("README.md", text, &crate::command::known()).unwrap_or_else(|m| panic!("{m}"));
}

#[test]
fn a_misspelt_invariant_is_met_with_the_nearest() {
    insta::assert_snapshot!(complaint("[expect]\ninvariants = [\"no_overseel\"]\n"));
}

#[test]
fn a_misspelt_deed_of_a_step_is_met_with_the_nearest() {
    let body = "[[step]]\ndo = \"recieve\"\nat = \"5m\"\nname = \"r\"\n";
    insta::assert_snapshot!(complaint(body));
}

#[test]
fn a_step_about_an_order_that_nobody_places_is_refused() {
    let body = "[[step]]\ndo = \"ship\"\nname = \"s\"\nat = \"5m\"\norder = \"o-1\"\n";
    insta::assert_snapshot!(complaint(body));
}

#[test]
fn a_share_above_one_is_refused() {
    insta::assert_snapshot!(complaint("[traffic]\nhot = 1.5\n"));
}

#[test]
fn broken_toml_is_shown_where_it_breaks() {
    insta::assert_snapshot!(complaint("[world\nitems = 3\n"));
}

#[test]
fn a_crash_needs_exactly_one_moment() {
    insta::assert_snapshot!(complaint("[[fault]]\nkind = \"hub_crash\"\n"));
}

#[test]
fn every_process_fault_is_read_from_its_kind_alone_and_written_as_it_was() {
    // A crash of the middleware has no moment by itself.
    for (kind, words) in PROCESS_KINDS
        .into_iter()
        .filter(|(kind, _)| *kind != "hub_crash")
    {
        let body = format!("[[fault]]\nkind = \"{kind}\"\n");
        let scenario = parse("x.toml", &format!("{HEAD}{body}"), &Known::default()).unwrap();
        assert_eq!(scenario.faults[0].kind(), kind);
        let text = write(&scenario).unwrap();
        assert_eq!(parse("y.toml", &text, &Known::default()).unwrap(), scenario);
        assert!(
            words.starts_with(kind) && words.contains("stands for: "),
            "{words}"
        );
    }
}

#[test]
fn a_process_fault_with_a_value_it_cannot_have_is_refused_by_the_field() {
    for (body, field) in [
        ("kind = \"clock_jump\"\nseconds = 0", "`seconds`"),
        ("kind = \"clock_jump\"\nseconds = 2592001", "`seconds`"),
        (
            "kind = \"clock_jump\"\nseconds = -9223372036854775808",
            "`seconds`",
        ),
        ("kind = \"storage_full\"\nlasts = \"0s\"", "`lasts`"),
        ("kind = \"vendor_crash\"\nnth_request = 0", "`nth_request`"),
        ("kind = \"hub_crash\"\nnth_request = 0", "`nth_request`"),
        ("kind = \"hub_crash\"\nnth_commit = 0", "`nth_commit`"),
        (
            "kind = \"vendor_crash\"\nnth_request = 3\nat = \"1m\"",
            "`nth_request`",
        ),
        ("kind = \"vendor_crash\"\nvendor = \"acme\"", "acme"),
        ("kind = \"storage_busy\"\nfor = \"3m\"", "for"),
    ] {
        let said = complaint(&format!("[[fault]]\n{body}\n"));
        assert!(said.contains(field), "{said}");
    }
}

#[test]
fn a_time_after_the_longest_run_is_refused_at_its_field() {
    let cancel = "do = \"cancel\"\nname = \"c\"\norder = \"o\"\nreason = \"r\"";
    let order = "do = \"order\"\nname = \"o\"\ncustomer = \"C\"\nlines = []";
    for (table, body, field) in [
        ("fault", "kind = \"hub_crash\"", "at"),
        (
            "fault",
            "kind = \"hub_crash\"\nnth_commit = 1",
            "restart_after",
        ),
        ("fault", "kind = \"vendor_crash\"", "at"),
        ("fault", "kind = \"vendor_crash\"", "restart_after"),
        ("fault", "kind = \"storage_busy\"", "from"),
        ("fault", "kind = \"storage_full\"", "lasts"),
        ("fault", "kind = \"clock_jump\"", "at"),
        ("fault", "kind = \"clock_jump\"", "lasts"),
        ("step", order, "at"),
        ("step", cancel, "at"),
    ] {
        let said = complaint(&format!("[[{table}]]\n{body}\n{field} = \"2160h1s\"\n"));
        let expected = format!("`{field}` is `2160h1s`, longer than a run can last");
        assert!(said.contains(&expected), "{said}");
        assert!(said.contains("at most `2160h`"), "{said}");
        let line = 3 + body.lines().count() + 2;
        assert!(said.contains(&format!("x.toml:{line}:")), "{said}");
    }
}

#[test]
fn what_is_written_is_read_back_as_it_was() {
    let body = "seed = 7\n[world]\nduration = \"90m\"\n[[fault]]\nkind = \"hub_crash\"\nnth_commit = 3\n\
                [[step]]\ndo = \"order\"\nname = \"o\"\nat = \"5m\"\ncustomer = \"C\"\n\
                lines = [{ sku = \"A\", quantity = 2 }]\n";
    let scenario = parse("x.toml", &format!("{HEAD}{body}"), &Known::default()).unwrap();
    let text = write(&scenario).unwrap();
    assert_eq!(parse("y.toml", &text, &Known::default()).unwrap(), scenario);
}

#[test]
fn every_shipped_file_is_listed_and_named_as_its_scenario() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/suite");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut listed: Vec<String> = shipped()
        .iter()
        .map(|s| format!("{}.toml", s.name))
        .collect();
    listed.sort();
    assert_eq!(files, listed);
    for file in shipped() {
        let scenario = file
            .scenario(&crate::command::known())
            .unwrap_or_else(|m| panic!("{m}"));
        assert_eq!(scenario.name, file.name);
    }
}

#[test]
fn the_schema_in_the_repository_is_the_one_the_types_give() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenario.schema.json");
    let made = serde_json::to_value(schema()).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, format!("{made:#}\n")).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(
        kept, made,
        "run the test once with UPDATE_GOLDEN=1 and review the difference"
    );
}

#[test]
fn a_client_that_nobody_is_is_met_with_the_nearest() {
    let said = complaint("[[fault]]\nkind = \"reply_lost\"\nclient = \"midleware\"\n");
    assert!(said.contains("no client is called `midleware`"), "{said}");
    assert!(said.contains("middleware"), "{said}");
    assert!(said.contains("x.toml:6"), "{said}");
}

#[test]
fn what_no_middleware_can_be_told_is_refused() {
    for (setting, expected) in [
        ("page_rows = 0", "at least 1"),
        ("bulk_from = 0", "at least 1"),
        ("poll_every = \"0s\"", "at least `1ms`"),
        ("sweep_every = \"20ms\"", "at least `1s`"),
        ("reservation_ttl = \"0s\"", "at least `1s`"),
    ] {
        let said = complaint(&format!("[hub]\n{setting}\n"));
        assert!(said.contains(expected) && said.contains(setting), "{said}");
    }
}

#[test]
fn a_wrong_value_of_a_step_or_a_process_fault_is_shown_at_its_own_line() {
    let count =
        "[[step]]\ndo = \"shop_count\"\nname = \"z\"\nat = \"5m\"\nsku = \"A\"\noff_by = 1\n";
    let receipt = "[[step]]\ndo = \"receipt\"\nname = \"2026-13-01\"\nat = \"5m\"\nsku = \"A\"\n\
                   lot = \"L\"\nquantity = 1\nproduced_on = \"2026-01-01\"\n";
    let order = "[[step]]\ndo = \"order\"\nname = \"o\"\nat = \"5m\"\ncustomer = \"C\"\n\
                 [[step.lines]]\nsku = \"A\"\nquantity = 1\n[[step.lines]]\nsku = \"1\"\nquantity = 2\n";
    let disk = "[[fault]]\nkind = \"storage_full\"\nfrom = \"1m\"\nlasts = \"2m\"\n";
    for (body, right, wrong) in [
        (count, "at = \"5m\"", "at = \"5 parsecs\""),
        (count, "off_by = 1", "off_by = \"z\""),
        (count, "sku = \"A\"", "sku = 3"),
        (
            receipt,
            "produced_on = \"2026-01-01\"",
            "produced_on = \"2026-13-01\"",
        ),
        (order, "quantity = 2", "quantity = \"1\""),
        (order, "quantity = 2", "quantity = 2.5"),
        (disk, "lasts = \"2m\"", "lasts = \"5 parsecs\""),
        (disk, "lasts = \"2m\"", "lasts = \"0s\""),
    ] {
        // One that is right stands before it, and nothing of it is to blame.
        let said = complaint(&format!("{body}{}", body.replace(right, wrong)));
        let lines = 3 + body.lines().count();
        let line = lines + 1 + body.lines().position(|line| line == right).unwrap();
        assert!(
            said.starts_with(&format!("x.toml:{line}:")),
            "{line}: {said}"
        );
        assert!(said.contains(&format!("{line} | {wrong}\n")), "{said}");
        let (_, value) = wrong.split_once(" = ").unwrap();
        assert!(said.contains(&"^".repeat(value.len())), "{said}");
    }
}

#[test]
fn what_a_step_or_a_line_of_an_order_lacks_is_told_at_its_table() {
    let step = "[[step]]\ndo = \"ship\"\nname = \"s\"\nat = \"5m\"\n";
    let said = complaint(step);
    assert!(
        said.starts_with("x.toml:4:1: missing field `order`"),
        "{said}"
    );
    let order = "[[step]]\ndo = \"order\"\nname = \"o\"\nat = \"5m\"\ncustomer = \"C\"\n\
                 lines = [{ sku = \"A\", quantity = 1 },\n{ sku = \"B\" }]\n";
    let said = complaint(order);
    assert!(
        said.starts_with("x.toml:10:1: missing field `quantity`"),
        "{said}"
    );
}

#[test]
fn a_vendor_alone_knows_every_fault_of_processes_for_what_it_is() {
    let here = PROCESS_KINDS.map(|(kind, _)| kind);
    assert_eq!(mock_kit::fault::OF_PROCESSES.map(|(kind, _)| kind), here);
}
