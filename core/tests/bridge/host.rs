//! A host, as JavaScript would be one: it knows JSON alone.

use std::cell::{Cell, RefCell};

use ipelya_core::bridge::Bridge;
use ipelya_core::sim::SimPerson;
use serde_json::{Value, json};

pub struct Host {
    bridge: Bridge,
    last: Cell<u32>,
    /// Everything that was read.
    pub read: RefCell<Vec<Value>>,
}

impl Host {
    pub async fn of(person: &SimPerson) -> Self {
        Self {
            bridge: Bridge::new(person.client().await.unwrap()),
            last: Cell::new(0),
            read: RefCell::default(),
        }
    }

    pub fn send_text(&self, text: &str) -> Result<(), ipelya_core::domain::LiveError> {
        self.bridge.send(text)
    }

    /// Sends, and doesn't wait.
    pub fn send(&self, command: &str, mut fields: Value) -> u32 {
        let id = self.last.get() + 1;
        self.last.set(id);
        fields["id"] = json!(id);
        fields["command"] = json!(command);
        self.bridge.send(&fields.to_string()).unwrap();
        id
    }

    /// Sends, and waits for the reply.
    pub async fn ask(&self, command: &str, fields: Value) -> Value {
        let id = self.send(command, fields);
        self.until(|update| update["update"] == "reply" && update["id"] == id)
            .await
    }

    pub async fn next(&self) -> Option<Value> {
        let json = self.bridge.next_json().await?.unwrap();
        let update: Value = serde_json::from_str(&json).unwrap();
        self.read.borrow_mut().push(update.clone());
        Some(update)
    }

    /// Reads on until an update satisfies `wanted`.
    pub async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let update = self.next().await.expect("the bridge goes on");
            if wanted(&update) {
                return update;
            }
        }
    }

    pub async fn session_is(&self, state: &str) -> Value {
        self.until(|update| update["change"] == "state" && update["value"]["state"] == state)
            .await
    }
}
