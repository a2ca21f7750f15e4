//! `--junit FILE`: the same for continuous integration, in the dialect that Jenkins, GitLab and the
//! reporters of GitHub all read: suites of test cases, each with at most one failure or error.

use std::{fs, io, iter, path::Path};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{Caught, Outcome, Run, Unjudged, Verdict, summary};

/// What a search came to: a test case that holds the whole of it, one for each violation, and one for
/// each invariant that could not be judged in every world.
#[derive(Clone, Copy, Debug)]
pub struct Campaign<'a> {
    /// How many worlds were played.
    pub worlds: u64,
    /// Milliseconds of the machine.
    pub wall_ms: u64,
    /// What was found.
    pub caught: &'a [Caught],
    /// What could not be judged.
    pub unjudged: &'a [Unjudged],
    /// What had to be reached and was not.
    pub missed: &'a [String],
}

/// The report of a suite: one test suite for each scenario, one case for each of its seeds.
///
/// # Errors
/// When the document cannot be built.
pub fn of_runs(runs: &[Run]) -> io::Result<String> {
    let mut suites: Vec<Suite> = Vec::new();
    for run in runs {
        match suites.iter_mut().find(|suite| suite.name == run.scenario) {
            Some(suite) => suite.cases.push(Case::of(run)),
            None => suites.push(Suite {
                name: run.scenario.clone(),
                cases: vec![Case::of(run)],
            }),
        }
    }
    document(&suites)
}

/// The report of a search.
///
/// # Errors
/// When the document cannot be built.
pub fn of_campaign(campaign: &Campaign<'_>) -> io::Result<String> {
    // A report without any case is an error to some readers, and a search may find nothing. It is called
    // the same each time, so that a pipeline follows it from one hunt to the next.
    let whole = Case {
        class: "lockstep.hunt".to_owned(),
        name: "campaign".to_owned(),
        wall_ms: campaign.wall_ms,
        trouble: Trouble::of_missed(campaign.missed),
    };
    let found = campaign.caught.iter().map(Case::caught);
    let unjudged = campaign.unjudged.iter();
    let unjudged = unjudged.map(|unjudged| Case::unjudged(unjudged, campaign.worlds));
    document(&[Suite {
        name: "hunt".to_owned(),
        cases: iter::once(whole).chain(found).chain(unjudged).collect(),
    }])
}

/// Writes a report.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, document: io::Result<String>) -> io::Result<()> {
    fs::write(path, document?)
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    class: String,
    name: String,
    wall_ms: u64,
    trouble: Option<Trouble>,
}

/// Why a case did not pass.
struct Trouble {
    /// `failure` for what is broken; `error` for a run that could not be judged; `skipped` for an invariant
    /// that a search could not judge everywhere, which is shown and fails nothing.
    element: &'static str,
    kind: String,
    message: String,
    text: String,
}

impl Case {
    fn of(run: &Run) -> Self {
        Self {
            class: format!("lockstep.{}", run.scenario),
            name: format!("{} seed {}", run.scenario, run.seed),
            wall_ms: run.wall_ms,
            trouble: Trouble::of(run),
        }
    }

    fn caught(caught: &Caught) -> Self {
        let Caught {
            seed,
            invariant,
            evidence,
            again,
        } = caught;
        let first = evidence.lines().next().unwrap_or_default();
        Self {
            class: "lockstep.hunt".to_owned(),
            name: format!("{invariant} seed {seed}"),
            wall_ms: 0,
            trouble: Some(Trouble {
                element: "failure",
                kind: invariant.clone(),
                message: format!("{invariant}: {first}"),
                text: format!("{evidence}\nagain: {again}\n"),
            }),
        }
    }
}

impl Case {
    fn unjudged(unjudged: &Unjudged, all: u64) -> Self {
        let Unjudged {
            invariant,
            worlds,
            reason,
            seed,
        } = unjudged;
        Self {
            class: "lockstep.hunt".to_owned(),
            name: format!("{invariant} judged in every world"),
            wall_ms: 0,
            trouble: Some(Trouble {
                element: "skipped",
                kind: "not judged".to_owned(),
                message: format!("{invariant} could not be judged in {worlds} of {all} worlds"),
                text: format!("seed {seed}: {reason}\n"),
            }),
        }
    }
}

impl Trouble {
    fn of_missed(missed: &[String]) -> Option<Self> {
        (!missed.is_empty()).then(|| Self {
            element: "failure",
            kind: "coverage".to_owned(),
            message: format!("never reached, although required: {}", missed.len()),
            text: missed.join("\n") + "\n",
        })
    }

    fn of(run: &Run) -> Option<Self> {
        let (element, outcome) = match run.verdict {
            Verdict::Pass => return None,
            Verdict::Error => return Some(Self::of_error(run)),
            Verdict::Fail => ("failure", Outcome::Violated),
            Verdict::Unknown => ("error", Outcome::Unknown),
        };
        let finding = run.invariants.iter().find(|found| found.status == outcome);
        let (kind, message) = match finding {
            Some(finding) => (finding.name.clone(), headline(&finding.evidence)),
            None => ("expected and not seen".to_owned(), headline(&run.unmet)),
        };
        Some(Self {
            element,
            message: format!("{kind}: {message}"),
            kind,
            text: text(run),
        })
    }

    fn of_error(run: &Run) -> Self {
        let error = run.error.as_deref().unwrap_or_default();
        Self {
            element: "error",
            kind: "not played to its end".to_owned(),
            message: format!("not played to its end: {error}"),
            text: text(run),
        }
    }
}

fn text(run: &Run) -> String {
    summary::failure_text(run).trim_end().to_owned() + "\n"
}

fn headline(lines: &[String]) -> &str {
    let first = lines.first().and_then(|line| line.lines().next());
    first.unwrap_or_default()
}

fn document(suites: &[Suite]) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all: Vec<&Case> = suites.iter().flat_map(|suite| &suite.cases).collect();
    let totals = totals("lockstep", &all);
    xml.create_element("testsuites")
        .with_attributes(totals.iter().map(|(key, value)| (*key, value.as_str())))
        .write_inner_content(|xml| suites.iter().try_for_each(|suite| written(xml, suite)))?;
    let mut text = String::from_utf8(xml.into_inner()).map_err(io::Error::other)?;
    text.push('\n');
    Ok(text)
}

fn written(xml: &mut Writer<Vec<u8>>, suite: &Suite) -> io::Result<()> {
    let cases: Vec<&Case> = suite.cases.iter().collect();
    let totals = totals(&suite.name, &cases);
    xml.create_element("testsuite")
        .with_attributes(totals.iter().map(|(key, value)| (*key, value.as_str())))
        .write_inner_content(|xml| suite.cases.iter().try_for_each(|case| told(xml, case)))?;
    Ok(())
}

fn told(xml: &mut Writer<Vec<u8>>, case: &Case) -> io::Result<()> {
    let (class, name) = (printable(&case.class), printable(&case.name));
    let element = xml.create_element("testcase").with_attributes([
        ("classname", class.as_str()),
        ("name", name.as_str()),
        ("time", seconds(case.wall_ms).as_str()),
    ]);
    let Some(trouble) = &case.trouble else {
        element.write_empty()?;
        return Ok(());
    };
    element.write_inner_content(|xml| {
        let (message, kind) = (printable(&trouble.message), printable(&trouble.kind));
        xml.create_element(trouble.element)
            .with_attributes([("message", message.as_str()), ("type", kind.as_str())])
            .write_text_content(BytesText::new(&printable(&trouble.text)))?;
        Ok(())
    })?;
    Ok(())
}

fn totals(name: &str, cases: &[&Case]) -> [(&'static str, String); 6] {
    let with = |element| {
        let troubles = cases.iter().filter_map(|case| case.trouble.as_ref());
        troubles
            .filter(|t| t.element == element)
            .count()
            .to_string()
    };
    [
        ("name", printable(name)),
        ("tests", cases.len().to_string()),
        ("failures", with("failure")),
        ("errors", with("error")),
        ("skipped", with("skipped")),
        ("time", seconds(cases.iter().map(|case| case.wall_ms).sum())),
    ]
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// XML 1.0 has no way to write most control characters, and bad data is full of them.
fn printable(text: &str) -> String {
    let is_char = |c: char| matches!(c, '\t' | '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let kept = |c: char| if is_char(c) { c } else { '\u{fffd}' };
    text.chars().map(kept).collect()
}
