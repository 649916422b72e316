//! Every function by every persona.

use std::collections::BTreeSet;
use std::path::Path;

use ipelya_core::domain::ErrorCode;
use serde_json::Value;

use crate::functions_expected::{About, FUNCTIONS, Function};
use crate::scene::{PERSONAS, Scene};
use crate::world;

impl Function {
    /// The answer that a persona has to get.
    fn expected(&self, persona: &str) -> &'static str {
        let mut found = self
            .answers
            .iter()
            .filter(|(_, personas)| personas.split(' ').any(|name| name == persona));
        let answer = found
            .next()
            .unwrap_or_else(|| panic!("{}: nothing is said of {persona}", self.name));
        assert!(found.next().is_none(), "{}: {persona} is named twice", self.name);
        answer.0
    }
}

#[tokio::test]
async fn every_function_answers_every_persona_as_expected() {
    let world = world().await;
    let mut wrong = Vec::new();
    for function in FUNCTIONS {
        let scene = Scene::of(&world).await;
        let call = match function.about {
            About::Session => Value::Null,
            About::Ring => scene.ring(&world).await,
            About::Talk => scene.talk(&world).await,
        };
        let recording = match function.body.contains("$recording") {
            true => scene.recording(&world).await,
            false => String::new(),
        };
        for persona in PERSONAS {
            let fresh = world.person().await.id.to_string();
            let viewer = scene.person("viewer").id.to_string();
            let body = function
                .body
                .replace("$session", &scene.session)
                .replace("$call", call.as_str().unwrap_or_default())
                .replace("$viewer", &viewer)
                .replace("$recording", &recording)
                .replace("$fresh", &fresh);
            let token = scene.token(&world, persona);
            let answer = world
                .send(function.name, token, None, body.clone().into_bytes())
                .await;
            let seen = match answer.status {
                200 => "ok",
                _ => answer.body["error"]["code"].as_str().unwrap_or("no code"),
            };
            let expected = function.expected(persona);
            if seen != expected {
                wrong.push(format!(
                    "{persona}: {} {body}: {expected} expected, {seen} answered",
                    function.name
                ));
            } else if let Some(code) = ErrorCode::parse(expected) {
                answer.refused(code);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_has_its_row_of_expectations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../supabase/functions");
    let served: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("index.ts").is_file())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let expected = FUNCTIONS.iter().map(|function| function.name.to_owned());
    assert_eq!(served, expected.collect());
}
