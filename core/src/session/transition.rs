//! The transitions: `match (state, input)`, as in the diagram.

use std::time::Duration;

use super::machine::{Machine, refused};
use super::{Command, Effect, EndReason, Input, State, Timer};
use crate::backoff;
use crate::domain::{Role, limits};
use crate::moment::Moment;

/// How far apart those who lost the same server ask for a token: as after this many tries.
const RESUME_SPREAD: u32 = 2;

impl Machine {
    pub(super) fn transition(&mut self, input: Input, at: Moment, out: &mut Vec<Effect>) {
        use Input as I;
        use State as S;
        match (&self.state, input) {
            (S::Idle | S::Locked { .. }, I::Enter(entry)) => {
                self.state = S::Authorizing;
                out.push(Effect::Authorize(entry));
            }
            (
                S::Authorizing
                | S::Connecting
                | S::Backstage
                | S::Live
                | S::Reconnecting { .. }
                | S::Ended { .. }
                | S::Failed { .. },
                I::Enter(_),
            ) => out.push(refused(Command::Enter, "the session was entered before")),

            (S::Authorizing, I::Admission(Ok(admission))) => self.admit(*admission, at, out),
            (S::Authorizing, I::Admission(Err(error))) => self.keep_out(error, out),
            // A leave overtook the answer: give the place back.
            (S::Ended { .. } | S::Failed { .. }, I::Admission(Ok(admission))) => {
                out.push(Effect::Withdraw(admission.session.id, admission.role));
            }

            (S::Connecting | S::Reconnecting { .. }, I::Connected(Ok(()))) => self.arrive(out),
            (S::Connecting | S::Reconnecting { .. }, I::Connected(Err(error))) => self.retry(error, at, out),
            (S::Connecting | S::Reconnecting { .. }, I::Token(Ok(access))) => {
                self.role = Some(access.role);
                self.grants = self.grants_of(access.role);
                // Another connection: what the lost one published went with it.
                self.publisher.lose_connection();
                out.push(Effect::Connect(access.livekit));
            }
            (S::Connecting | S::Reconnecting { .. }, I::Token(Err(error))) => {
                self.token_refused(error, at, out)
            }
            (S::Connecting | S::Reconnecting { .. }, I::Timer(Timer::Retry)) => {
                out.push(Effect::RefreshToken)
            }
            (S::Connecting | S::Reconnecting { .. }, I::Timer(Timer::Budget)) => self.budget_spent(at, out),

            (S::Backstage, I::GoLive) if self.role == Some(Role::Host) => out.push(Effect::StartSession),
            (S::Live, I::GoLive) if self.role == Some(Role::Host) => {
                out.push(Effect::Settle(Command::GoLive, Ok(())))
            }
            (
                S::Idle
                | S::Authorizing
                | S::Locked { .. }
                | S::Connecting
                | S::Backstage
                | S::Live
                | S::Reconnecting { .. }
                | S::Ended { .. }
                | S::Failed { .. },
                I::GoLive,
            ) => out.push(self.not_now(Command::GoLive)),
            (S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. }, I::Started(Ok(session))) => {
                self.learn(session, out);
                out.push(Effect::Settle(Command::GoLive, Ok(())));
            }

            (S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. }, I::End) if self.may_end() => {
                out.push(Effect::EndSession);
            }
            (
                S::Idle
                | S::Authorizing
                | S::Locked { .. }
                | S::Connecting
                | S::Backstage
                | S::Live
                | S::Reconnecting { .. }
                | S::Ended { .. }
                | S::Failed { .. },
                I::End,
            ) => out.push(self.not_now(Command::End)),
            (
                S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. },
                I::EndAnswered(Ok(session)),
            ) => {
                out.push(Effect::Settle(Command::End, Ok(())));
                self.learn(session, out);
            }

            (S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. }, I::SessionChanged(session)) => {
                self.learn(session, out)
            }

            (S::Backstage | S::Live, I::ConnectionLost) => {
                self.attempt = 0;
                self.state = S::Reconnecting { attempt: 0 };
                self.start_budget(at, out);
                // The engine resumes on its own, unless its token or its room is gone: then a new one is asked for.
                let apart = backoff::full_jitter(RESUME_SPREAD, at.jitter);
                out.push(Effect::StartTimer(Timer::Retry, limits::RESUME_PATIENCE + apart));
            }
            (S::Reconnecting { .. }, I::ConnectionResumed) => self.arrive(out),
            (S::Backstage | S::Live, I::NetworkChanged) => out.push(Effect::Resume),
            // The pauses so far were for another network.
            (S::Connecting | S::Reconnecting { .. }, I::NetworkChanged) => {
                self.attempt = 0;
                out.push(Effect::StartTimer(Timer::Retry, Duration::ZERO));
            }
            (S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. }, I::Disconnected(reason)) => {
                self.disconnected(reason, at, out);
            }

            (S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. }, I::RoleChanged(role)) => {
                self.role = Some(role)
            }
            (S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. }, I::GrantsChanged(now)) => {
                self.publisher.limit(now);
                self.grants = now;
            }

            (
                S::Idle
                | S::Authorizing
                | S::Locked { .. }
                | S::Connecting
                | S::Backstage
                | S::Live
                | S::Reconnecting { .. },
                I::Want(source, on),
            ) => self.wish(source, on),
            (
                S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. },
                I::Published(source, outcome),
            ) => self.published(source, outcome),
            (S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. }, I::Unpublished(source)) => {
                self.publisher.unpublished(source);
            }
            (
                S::Idle
                | S::Authorizing
                | S::Locked { .. }
                | S::Connecting
                | S::Backstage
                | S::Live
                | S::Reconnecting { .. },
                I::FlipCamera,
            ) => {
                if self.publisher.flip() {
                    out.push(Effect::FlipCamera);
                }
            }
            (S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. }, I::Flipped(outcome)) => {
                self.publisher.flipped(outcome)
            }

            (S::Idle | S::Authorizing | S::Locked { .. }, I::Leave) => {
                self.state = S::Ended {
                    reason: EndReason::Left,
                };
                out.push(refused(Command::Enter, "left before entering"));
            }
            (S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. }, I::Leave) => {
                if let (Some(session), Some(role)) = (&self.session, self.role) {
                    out.push(Effect::Withdraw(session.id, role));
                }
                self.end(EndReason::Left, out);
            }

            // Requests that failed, whatever has become of the session since.
            (
                S::Idle
                | S::Authorizing
                | S::Locked { .. }
                | S::Connecting
                | S::Backstage
                | S::Live
                | S::Reconnecting { .. }
                | S::Ended { .. }
                | S::Failed { .. },
                I::Started(Err(error)),
            ) => out.push(Effect::Settle(Command::GoLive, Err(error))),
            (
                S::Idle
                | S::Authorizing
                | S::Locked { .. }
                | S::Connecting
                | S::Backstage
                | S::Live
                | S::Reconnecting { .. },
                I::EndAnswered(Err(error)),
            ) => out.push(Effect::Settle(Command::End, Err(error))),
            // Realtime told of the end before the answer came.
            (S::Ended { .. } | S::Failed { .. }, I::EndAnswered(answer)) => {
                out.push(Effect::Settle(Command::End, answer.map(drop)));
            }
            (S::Connecting | S::Backstage | S::Live | S::Reconnecting { .. }, I::Over(reason)) => {
                self.end(reason.map_or(EndReason::Other, Into::into), out);
            }

            // Late, early or doubled: nothing to do.
            (
                S::Idle | S::Authorizing | S::Locked { .. },
                I::Started(Ok(_))
                | I::EndAnswered(Ok(_))
                | I::SessionChanged(_)
                | I::Connected(_)
                | I::Token(_)
                | I::ConnectionLost
                | I::ConnectionResumed
                | I::Disconnected(_)
                | I::RoleChanged(_)
                | I::GrantsChanged(_)
                | I::Published(..)
                | I::Unpublished(_)
                | I::Flipped(_)
                | I::Over(_)
                | I::NetworkChanged
                | I::Timer(_),
            )
            | (S::Idle | S::Locked { .. }, I::Admission(_))
            | (S::Connecting, I::Admission(_) | I::ConnectionLost | I::ConnectionResumed)
            | (
                S::Backstage | S::Live,
                I::Admission(_) | I::Connected(_) | I::Token(_) | I::ConnectionResumed | I::Timer(_),
            )
            | (S::Reconnecting { .. }, I::Admission(_) | I::ConnectionLost)
            | (
                S::Ended { .. } | S::Failed { .. },
                I::Leave
                | I::Want(..)
                | I::FlipCamera
                | I::Flipped(_)
                | I::Admission(Err(_))
                | I::Token(_)
                | I::Started(Ok(_))
                | I::SessionChanged(_)
                | I::Over(_)
                | I::Connected(_)
                | I::ConnectionLost
                | I::ConnectionResumed
                | I::Disconnected(_)
                | I::RoleChanged(_)
                | I::GrantsChanged(_)
                | I::Published(..)
                | I::Unpublished(_)
                | I::NetworkChanged
                | I::Timer(_),
            ) => {}
        }
    }
}
