import type { LiveSession, Role, TrackSource, UserId } from '../generated/bridge';
import { endReason } from '../web/entry';
import { SessionModel, type FakeSessionOptions, type SessionChange } from './model';

export type { FakeSessionOptions };

/** A session that a script moves: every method is something that happens, and is told at once. */
export class FakeSession extends SessionModel {
  /** Somebody comes. */
  joins(user: UserId, role: Role = this.audience): this {
    this.members.set(user, { user, role, tracks: [] });
    return this.changed();
  }

  /** Somebody goes. */
  leaves(user: UserId): this {
    this.members.delete(user);
    this.speaking.delete(user);
    this.requests = this.requests.filter((request) => request.user_id !== user);
    return this.changed();
  }

  /** Somebody who is there publishes, muted or not. */
  publishes(user: UserId, source: TrackSource, { muted = false }: { muted?: boolean } = {}): this {
    const kind = source === 'camera' || source === 'screen_share' ? 'video' : 'audio';
    const track = { id: `${user} ${source}`, kind, source, muted, subscribed: true } as const;
    return this.withTracks(user, (tracks) => [...tracks.filter((one) => one.source !== source), track]);
  }

  /** Somebody ceases to publish. */
  unpublishes(user: UserId, source: TrackSource): this {
    return this.withTracks(user, (tracks) => tracks.filter((one) => one.source !== source));
  }

  /** Somebody begins or ceases to speak. */
  speaks(user: UserId, isSpeaking = true): this {
    if (isSpeaking) this.speaking.add(user);
    else this.speaking.delete(user);
    return this.changed();
  }

  /** Somebody's connection is as good as that. */
  hasQuality(user: UserId, quality: 'lost' | 'poor' | 'good' | 'excellent'): this {
    this.say({ change: 'room', value: { room: 'quality', value: { user, quality } } });
    this.world.flush();
    return this;
  }

  /** Somebody writes. */
  says(user: UserId, body: string): this {
    this.said.push(this.messageOf(user, body));
    return this.changed();
  }

  /** Somebody else gives coins to the host. */
  receivesGift(sender: UserId, coins: number, message: string | null = null): this {
    const gift = { id: this.world.newId('gift'), session_id: this.id, sender_id: sender, coins, message };
    this.say({ change: 'gift', value: { ...gift, created_at: this.world.now() } });
    this.world.flush();
    return this;
  }

  /** The audience taps. */
  receivesReactions(counts: Extract<SessionChange, { change: 'reactions' }>['value']['counts']): this {
    this.say({ change: 'reactions', value: { session_id: this.id, counts } });
    this.world.flush();
    return this;
  }

  /** Somebody else raises a hand. */
  raisesHand(user: UserId): this {
    this.requests.push(this.requestOf(user, 'request', 'speaker', user));
    return this.changed();
  }

  /** The host invites this user onto the stage. */
  invites(role: Role = 'speaker', { expiresAt = this.world.now(60_000) }: { expiresAt?: string } = {}): this {
    this.place = { state: 'invited', role, expires_at: expiresAt };
    return this.changed();
  }

  /** The host gives somebody, this user too, another role: `speaker`, `co_host`, or back into the audience. */
  givesRole(user: UserId, role: Role): this {
    if (user === this.world.me) this.take(role);
    else {
      const member = this.members.get(user);
      if (member) this.members.set(user, { ...member, role });
      this.requests = this.requests.filter((request) => request.user_id !== user);
    }
    return this.changed();
  }

  /** The host goes on the air. */
  goesLive(): this {
    this.putOnAir();
    return this.changed();
  }

  /** It is over for everybody. */
  ends(reason: LiveSession['end_reason'] = 'host_ended'): this {
    this.current = { ...this.current, status: 'ended', ended_at: this.world.now(), end_reason: reason };
    this.finish({ state: 'ended', reason: endReason(this.current) });
    return this;
  }

  /** This user is put out, and stays out. */
  kicksMe(): this {
    this.banned.add(this.world.me);
    this.place = { state: 'removed' };
    this.finish({ state: 'ended', reason: 'removed' });
    return this;
  }

  /** This user came in on another device. */
  isJoinedElsewhere(): this {
    this.finish({ state: 'ended', reason: 'joined_elsewhere' });
    return this;
  }
}
