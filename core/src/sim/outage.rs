//! What an outage does to who is in a room: noticed, resumed or lost.

use std::time::Duration;

use super::model::{Alarm, Model};
use super::network::{NOTICED_AFTER, RESUMES_FOR};
use super::room::Peer;
use crate::backend::RealtimeEvent;
use crate::domain::UserId;
use crate::media::{DisconnectReason, MediaEvent};

impl Model {
    pub(super) fn network_lost(&mut self, user: UserId) -> u64 {
        let line = self.line(user);
        line.online = false;
        line.outage += 1;
        let outage = line.outage;
        self.note(user, "loses the network");
        self.alarms
            .push((NOTICED_AFTER, Alarm::OutageNoticed(user, outage)));
        self.alarms
            .push((RESUMES_FOR, Alarm::OutageTooLong(user, outage)));
        outage
    }

    fn is_out(&mut self, user: UserId, outage: u64) -> bool {
        let line = self.line(user);
        !line.online && line.outage == outage
    }

    pub(super) fn outage_noticed(&mut self, user: UserId, outage: u64) {
        if !self.is_out(user, outage) {
            return;
        }
        for room in self.rooms.values() {
            if let Some(Peer { wire: Some(wire), .. }) = room.peers.get(&user) {
                wire.send(Duration::ZERO, MediaEvent::Reconnecting);
            }
        }
    }

    pub(super) fn outage_too_long(&mut self, user: UserId, outage: u64) {
        if !self.is_out(user, outage) {
            return;
        }
        let names = self
            .rooms
            .iter()
            .filter(|(_, room)| room.peers.contains_key(&user));
        let names: Vec<String> = names.map(|(name, _)| name.clone()).collect();
        for name in names {
            self.put_out(&name, user, DisconnectReason::ConnectionLost);
        }
    }

    pub(super) fn network_back(&mut self, user: UserId) {
        let line = self.line(user);
        line.online = true;
        let trip = line.trip();
        self.note(user, "has the network back");
        for room in self.rooms.values_mut() {
            if let Some(peer) = room.peers.get_mut(&user)
                && let Some(wire) = &peer.wire
            {
                wire.send(trip, MediaEvent::Reconnected);
                for event in peer.held.drain(..) {
                    wire.send(trip, event);
                }
            }
        }
        self.listeners.retain(|listener| !listener.wire.is_closed());
        for listener in self.listeners.iter().filter(|listener| listener.user == user) {
            listener.wire.send(trip, RealtimeEvent::Resubscribed);
        }
    }
}
