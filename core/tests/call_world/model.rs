//! The world as the checker sees it.

use stateright::Property;

use crate::backend::CallRow;
use crate::rules;
use crate::setups::Setup;
use crate::steps::{self, Step};
use crate::world::World;

#[derive(Clone, Debug)]
pub struct Model {
    pub setup: Setup,
}

impl stateright::Model for Model {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World::begin(&self.setup)]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        // A broken rule is where the search ends.
        if rules::breach(world).is_none() {
            steps::possible(&self.setup, world, steps);
        }
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut next = world.clone();
        next.take(&self.setup, step).then_some(next)
    }

    fn within_boundary(&self, world: &World) -> bool {
        let rows = &world.backend.rows;
        let is_of_this_world = rows.len() <= self.setup.calls || rows.iter().all(CallRow::is_live);
        is_of_this_world || rules::breach(world).is_some()
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = rules::always();
        if self.setup.missing.is_none() {
            properties.extend(rules::sometimes(&self.setup));
        }
        properties
    }
}
