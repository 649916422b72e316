//! Shows that the rules bite: without any one of the guards, one of them is broken.

use crate::explore::{explore, say};
use crate::guards::Guard;

#[test]
fn without_any_one_guard_a_rule_is_broken() {
    let mut survived = Vec::new();
    for guard in Guard::ALL {
        match explore(guard.setup().without(*guard)).violation {
            Some((rule, _)) => say(&format!("caught: {}; not so: {rule}", guard.without())),
            None => survived.push(guard.without()),
        }
    }
    say(&format!(
        "{} of {} guards are needed",
        Guard::ALL.len() - survived.len(),
        Guard::ALL.len()
    ));
    assert!(survived.is_empty(), "nothing notices when {survived:?}");
}
