//! The diagrams of the READMEs say what the code does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::stage_support::{explore, input_name, state_name};

/// The edges of the first diagram of a machine's README: (from, to) and the label.
pub fn drawn(machine: &str) -> BTreeMap<(String, String), BTreeSet<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{machine}/README.md"));
    let text = std::fs::read_to_string(path).unwrap();
    let diagram = text
        .split("```mermaid")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let edges = diagram.lines().filter_map(|line| {
        let (from, rest) = line.trim().split_once(" --> ")?;
        let (to, label) = rest.split_once(": ").unwrap_or((rest, ""));
        let labels = label.split(", ").filter(|label| !label.is_empty());
        Some((
            (from.to_owned(), to.to_owned()),
            labels.map(str::to_owned).collect(),
        ))
    });
    edges
        .filter(|((from, to), _)| from != "[*]" && to != "[*]")
        .collect()
}

#[test]
fn the_stages_diagram_has_every_transition_and_no_other() {
    let mut found: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    explore(|step| {
        let from = state_name(step.before.machine.state());
        let to = state_name(step.after.machine.state());
        if from != to {
            let labels = found.entry((from.to_owned(), to.to_owned())).or_default();
            labels.insert(input_name(step.input).to_owned());
        }
    });
    let lines: Vec<String> = found
        .iter()
        .map(|((from, to), labels)| {
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            format!("    {from} --> {to}: {}", labels.join(", "))
        })
        .collect();
    assert_eq!(
        drawn("stage"),
        found,
        "the diagram should be:\n{}",
        lines.join("\n")
    );
}
