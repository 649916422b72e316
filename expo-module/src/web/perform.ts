import type { RoomRef } from '../generated/bridge';
import { newKey } from './backend';
import type { WebCall } from './call';
import { Refused, refused } from './errors';
import type { WebCore } from './core';
import type { WebSession } from './session';
import { insist } from './time';
import { done, type Command, type Outcome } from './types';

/** What is undone when a request is given up before it is answered. */
export type Farewell = (undo: () => void) => void;

/** Carries a command out, up to what waits for the server before this returns, so that requests take effect in their order. */
export async function perform(core: WebCore, command: Command, onGivenUp: Farewell): Promise<Outcome> {
  switch (command.command) {
    case 'attach':
      core.attach();
      return done;
    case 'cancel':
      core.cancel(command.request);
      return done;
    case 'token':
      core.tokens.set(command.jwt ?? null);
      return done;
    case 'close':
      await core.close();
      return done;
    case 'network_changed':
      for (const room of [...core.sessions.values(), ...(core.calls?.all ?? [])]) room.networkChanged();
      return done;
    case 'handle_push':
      // A push proves nothing: what became of the call, the server says.
      await (await core.ready()).catchUp();
      return done;
    case 'open_session':
      await core.ready();
      return { outcome: 'session', session: core.openSession() };
    case 'start_call': {
      const { ref, call, rings } = (await core.ready()).start(command.user_id, command.call_type);
      onGivenUp(() => call.hangUp());
      await rings;
      return { outcome: 'call', call: ref };
    }
    default:
      return 'session' in command && command.session != null
        ? performInSession(core, command as InSession, core.session(command.session), onGivenUp)
        : 'room' in command
          ? performInRoom(core, command, core.room(command.room))
          : 'call' in command
            ? performInCall(command, core.call(command.call))
            : performForAccount(core, command as ForAccount);
  }
}

type InSession = Extract<Command, { session: number }>;
type InRoom = Extract<Command, { room: RoomRef }>;
type InCall = Extract<Command, { call: number }>;
type ForAccount = Exclude<
  Command,
  | InSession
  | InRoom
  | InCall
  | {
      command:
        | 'attach'
        | 'cancel'
        | 'token'
        | 'close'
        | 'network_changed'
        | 'handle_push'
        | 'open_session'
        | 'start_call';
    }
>;

async function performInSession(
  core: WebCore,
  command: InSession,
  session: WebSession,
  onGivenUp: Farewell,
): Promise<Outcome> {
  const { backend } = core;
  switch (command.command) {
    case 'create_session':
      onGivenUp(() => void session.leave());
      await session.enter(() => backend.createSession(command));
      return done;
    case 'join_session': {
      onGivenUp(() => void session.leave());
      const { session_id, accept_price, idempotency_key } = command;
      await session.enter(() => backend.joinSession(session_id, accept_price, idempotency_key ?? newKey()));
      return done;
    }
    case 'go_live':
      await session.goLive();
      return done;
    case 'end_session':
      await session.end();
      return done;
    case 'leave_session':
      await session.leave();
      return done;
    case 'close_session':
      core.sessions.delete(command.session);
      await session.leave();
      return done;
    case 'promote':
    case 'demote':
    case 'invite':
    case 'dismiss_hand': {
      const action = command.command === 'dismiss_hand' ? 'decline' : command.command;
      const of = 'role' in command ? { user_id: command.user_id, role: command.role } : { user_id: command.user_id };
      const [id, key] = [session.id, newKey()];
      const { participant } = await insist(() => backend.manageStage(id, action, key, of));
      return { outcome: 'participant', participant };
    }
    case 'raise_hand':
      await session.stage.ask('raise');
      return done;
    case 'lower_hand':
      await session.stage.ask('lower');
      return done;
    case 'accept_invite':
      await session.stage.ask('accept');
      return done;
    case 'decline_invite':
      await session.stage.ask('decline');
      return done;
    case 'send_message':
      return { outcome: 'message', message: await session.chat.send(command.body) };
    case 'dismiss_message':
      session.chat.dismiss(command.pending);
      return done;
    case 'delete_message':
      if (!(await insist(() => backend.deleteMessage(command.message_id)))) {
        throw refused('not_found', 'no message of that id');
      }
      return done;
    case 'history': {
      const { id } = session;
      const messages = await insist(() => backend.messages(id, command.before, command.limit));
      return { outcome: 'messages', messages };
    }
    case 'send_reaction':
      await session.chat.react(command.kind);
      return done;
    case 'send_gift': {
      const [id, key] = [session.id, command.idempotency_key ?? newKey()];
      const coins = await insist(() => backend.sendGift(id, command.coins, command.message, key));
      return { outcome: 'balance', coins };
    }
    case 'slow_mode': {
      const { id } = session;
      return { outcome: 'slow_mode', seconds: await insist(() => backend.slowMode(id)) };
    }
    case 'set_slow_mode': {
      const { id } = session;
      await insist(() => backend.setSlowMode(id, command.seconds));
      return done;
    }
    case 'mute':
    case 'unmute':
    case 'kick':
    case 'ban':
    case 'unban': {
      const { command: action, session: _, ...given } = command;
      const [session_id, key] = [session.id, newKey()];
      const participant = await insist(() => backend.moderate({ session_id, action, ...given }, key));
      return { outcome: 'participant', participant };
    }
    case 'start_recording':
    case 'stop_recording': {
      const [id, key] = [session.id, newKey()];
      const action = command.command === 'start_recording' ? 'start' : 'stop';
      return { outcome: 'recording', recording: await insist(() => backend.record(id, action, key)) };
    }
  }
}

function performInRoom(core: WebCore, command: InRoom, room: WebSession | WebCall): Outcome {
  switch (command.command) {
    case 'set_microphone':
      room.want('microphone', command.on);
      return done;
    case 'set_camera':
      room.want('camera', command.on);
      return done;
    case 'set_screen_share':
      room.want('screen_share', command.on);
      return done;
    case 'flip_camera':
      room.flip();
      return done;
    case 'set_view':
    case 'close_view':
      // LiveKit's client takes the size of a picture from the element that shows it.
      return done;
    case 'set_audio_only':
      room.setAudioOnly(command.on);
      return done;
    case 'stats':
      core.measure(command.room, room, command.interval_ms ?? null);
      return done;
  }
}

async function performInCall(command: InCall, call: WebCall): Promise<Outcome> {
  switch (command.command) {
    case 'accept':
      await call.accept();
      return done;
    case 'decline':
      call.decline();
      return done;
    case 'hang_up':
      call.hangUp();
      return done;
    case 'hold':
      call.hold(command.on);
      return done;
    case 'request_video':
    case 'accept_video':
    case 'decline_video':
    case 'to_audio':
      await call.change(command.command);
      return done;
  }
}

async function performForAccount(core: WebCore, command: ForAccount): Promise<Outcome> {
  const { backend } = core;
  switch (command.command) {
    case 'balance':
      return { outcome: 'balance', coins: await backend.balance() };
    case 'block':
      await backend.block(command.user_id).catch((thrown: unknown) => {
        // Blocked already.
        if (!(thrown instanceof Refused) || thrown.error.code !== 'conflict') throw thrown;
      });
      return done;
    case 'unblock':
      await backend.unblock(command.user_id);
      return done;
    case 'blocked':
      return { outcome: 'users', users: await backend.blocked() };
    case 'report':
      await backend.report(command);
      return done;
    case 'register_device':
    case 'unregister_device': {
      const { command: name, ...device } = command;
      const unregister = name === 'unregister_device';
      await backend.changeDevice({ ...device, device_id: core.deviceId, unregister });
      return done;
    }
    case 'do_not_disturb':
      return { outcome: 'do_not_disturb', wish: await backend.doNotDisturb() };
    case 'set_do_not_disturb':
      await backend.setDoNotDisturb((await core.tokens.get()).userId, command.wish);
      return done;
  }
}
