//! The table beside a machine: what comes of every input in every state. `IPELYA_BLESS=1 cargo test -p ipelya-core --test
//! machines table` writes them anew.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::path::Path;

/// A machine, in each of its states, and everything that can happen to it.
pub struct Table<M, I, E> {
    /// Its folder in `core/src`.
    pub machine: &'static str,
    /// Whose machine it is.
    pub view: &'static str,
    /// Headings begin with the state's name; what follows a comma says more.
    pub states: Vec<(&'static str, M)>,
    pub inputs: Vec<(&'static str, I)>,
    pub handle: fn(&mut M, I) -> Vec<E>,
    pub state: fn(&M) -> String,
    pub effect: fn(&E) -> String,
}

/// The state's name, without what it carries.
fn name(state: &str) -> &str {
    state.split(['(', ',']).next().unwrap_or_default()
}

impl<M: Clone + Debug, I: Clone, E> Table<M, I, E> {
    fn text(&self) -> String {
        let (view, machine) = (self.view, self.machine);
        let mut text = format!(
            "# What comes of every input in every state\n\n{view} Generated from the machine by \
             `core/tests/machines/{machine}_table.rs`, and held to it.\n"
        );
        for (heading, machine) in &self.states {
            let _ = write!(
                text,
                "\n## {heading}\n\n| input | state | effects |\n|---|---|---|\n"
            );
            let mut ignored = Vec::new();
            for (said, input) in &self.inputs {
                let mut after = machine.clone();
                let effects = (self.handle)(&mut after, input.clone());
                if effects.is_empty() && format!("{after:?}") == format!("{machine:?}") {
                    ignored.push(*said);
                    continue;
                }
                let effects: Vec<_> = effects.iter().map(self.effect).collect();
                let _ = writeln!(
                    text,
                    "| {said} | {} | {} |",
                    (self.state)(&after),
                    effects.join(", ")
                );
            }
            let _ = writeln!(text, "\nNothing comes of: {}.", ignored.join("; "));
        }
        text
    }

    /// Fails unless the table beside the machine is this one.
    #[allow(clippy::print_stdout, reason = "the table is the test's output")]
    pub fn hold(&self) {
        for (heading, machine) in &self.states {
            assert_eq!(name(&(self.state)(machine)), name(heading));
        }
        let table = self.text();
        println!("{table}");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{}/TRANSITIONS.md", self.machine));
        if std::env::var_os("IPELYA_BLESS").is_some() {
            assert!(std::fs::write(&path, &table).is_ok());
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let path = path.display();
        assert!(
            committed == table,
            "{path} is old: run the test with IPELYA_BLESS=1"
        );
    }

    /// Every change from one state to another, with what brings it about.
    pub fn changes(&self) -> BTreeSet<(String, String, &'static str)> {
        let mut changes = BTreeSet::new();
        for (_, machine) in &self.states {
            for (said, input) in &self.inputs {
                let mut after = machine.clone();
                (self.handle)(&mut after, input.clone());
                let (from, to) = ((self.state)(machine), (self.state)(&after));
                let (from, to) = (name(&from), name(&to));
                if from != to {
                    changes.insert((from.to_owned(), to.to_owned(), *said));
                }
            }
        }
        changes
    }
}
