//! The transitions: `match (state, input)`, as in the diagram.

use super::machine::{Machine, over, refused};
use super::{Command, Effect, Input, State, Timer};
use crate::domain::Role;

impl Machine {
    pub(super) fn transition(&mut self, input: Input, out: &mut Vec<Effect>) {
        use Input as I;
        use State as S;
        match (&self.state, input) {
            (S::Audience, I::Raise) if self.role.is_none() => {
                out.push(refused(Command::Raise, "the session wasn't entered yet"));
            }
            (S::Audience, I::Raise) => self.move_hand(Command::Raise, out),
            (S::HandRaised, I::Raise) => self.keep_hand(Command::Raise, Command::Lower, out),
            (S::Invited { .. }, I::Raise) => out.push(refused(Command::Raise, "there is an invitation")),
            (S::OnStage { .. }, I::Raise) => out.push(refused(Command::Raise, "on the stage already")),
            (S::Removed, I::Raise) => out.push(over(Command::Raise)),

            (S::HandRaised, I::Lower) => self.move_hand(Command::Lower, out),
            (S::Audience, I::Lower) => self.keep_hand(Command::Lower, Command::Raise, out),
            (S::Invited { .. } | S::OnStage { .. }, I::Lower) => {
                out.push(Effect::Settle(Command::Lower, Ok(())));
            }
            (S::Removed, I::Lower) => out.push(over(Command::Lower)),

            (S::Invited { .. }, I::Accept) => self.answer_invitation(Command::Accept, out),
            (S::Audience | S::HandRaised | S::OnStage { .. }, I::Accept) => {
                out.push(refused(Command::Accept, "there is no invitation"));
            }
            (S::Removed, I::Accept) => out.push(over(Command::Accept)),

            (S::Invited { .. }, I::Decline) => self.answer_invitation(Command::Decline, out),
            (S::Audience | S::HandRaised | S::OnStage { .. }, I::Decline) => {
                out.push(refused(Command::Decline, "there is no invitation"));
            }
            (S::Removed, I::Decline) => out.push(over(Command::Decline)),

            (
                S::Audience | S::HandRaised | S::Invited { .. } | S::OnStage { .. },
                I::Answered(command, answer),
            ) => self.answered(command, answer, out),
            (
                S::Audience | S::HandRaised | S::Invited { .. } | S::OnStage { .. },
                I::RequestChanged(request),
            ) => self.learn(*request, out),

            (S::Audience | S::HandRaised | S::Invited { .. } | S::OnStage { .. }, I::RoleChanged(role)) => {
                self.role = Some(role);
                self.follow_role(role, out);
            }
            (S::Audience | S::HandRaised | S::Invited { .. } | S::OnStage { .. }, I::Left) => self.leave(out),

            (S::Invited { .. }, I::Timer(Timer::Invitation)) if !self.arriving => {
                self.invitation_ran_out(out)
            }
            (S::HandRaised | S::Invited { .. }, I::Timer(Timer::Arrival)) if self.arriving => {
                self.sit_down(out)
            }

            // Late, early or doubled: nothing to do.
            (
                S::Audience | S::HandRaised | S::Invited { .. } | S::OnStage { .. },
                I::Timer(Timer::Invitation | Timer::Arrival),
            )
            | (
                S::Removed,
                I::Answered(..) | I::RequestChanged(_) | I::RoleChanged(_) | I::Left | I::Timer(_),
            ) => {}
        }
    }

    fn follow_role(&mut self, role: Role, out: &mut Vec<Effect>) {
        match (role, &self.state) {
            (Role::Host | Role::CoHost | Role::Speaker, _) => self.take_the_stage(role, out),
            (Role::Viewer | Role::Listener, State::OnStage { .. }) => {
                self.come_down(out);
            }
            (
                Role::Viewer | Role::Listener,
                State::Audience | State::HandRaised | State::Invited { .. } | State::Removed,
            ) => {}
        }
    }
}
