import type * as LiveKit from 'livekit-client';
import type { DisconnectReason, RemoteParticipant, Room } from 'livekit-client';

import type { Grants, LocalMedia, Role, RoomChange, SessionType, Viewing } from '../generated/bridge';
import { limits } from '../generated/rules';
import type { LiveKitAccess } from './backend';
import { Devices, type DeviceListener } from './devices';
import { asLiveError, refused } from './errors';
import { Members, roleOf, userOf } from './members';
import { Pictures } from './pictures';
import type { Source } from './publisher';

/** The library that speaks to LiveKit, loaded when the first room is joined. */
export type LoadLiveKit = () => Promise<typeof LiveKit>;

/** Why a connection is over, as far as it matters who ended it. */
export type Over = 'joined_elsewhere' | 'removed' | 'lost';

/** What a link tells the session or call that it belongs to. */
export interface LinkListener extends DeviceListener {
  /** The connection is lost; LiveKit's client tries on its own. */
  lost(): void;
  resumed(): void;
  over(why: Over): void;
  /** What the server lets this user publish. */
  granted(grants: Grants): void;
  become(role: Role): void;
  /** People, who speaks and how well they are connected. */
  room(change: RoomChange, again: boolean): void;
  /** A picture or a voice of somebody else can be had. */
  subscribed(kind: 'audio' | 'video'): void;
}

/** What LiveKit lets a participant publish. */
interface Permission {
  canPublish: boolean;
  canPublishSources: readonly number[];
}

// Numbers of LiveKit's protocol.
const DUPLICATE_IDENTITY: DisconnectReason = 2;
const PARTICIPANT_REMOVED: DisconnectReason = 4;
const sourceNumbers: Record<Source, number> = { camera: 1, microphone: 2, screen_share: 3 };

/** One user's connection to one LiveKit room at a time, over the official client. */
export class RoomLink {
  readonly pictures = new Pictures();
  readonly devices: Devices;
  private readonly members: Members;
  private room: Room | null = null;
  private livekit: typeof LiveKit | null = null;
  private attempt = 0;
  private isAudioOnly = false;

  constructor(
    private readonly load: LoadLiveKit,
    private readonly listener: LinkListener,
  ) {
    this.devices = new Devices(listener);
    this.members = new Members((change, again) => listener.room(change, again));
  }

  /** Whether pictures are received, and why not. */
  get viewing(): Viewing {
    return { mode: this.isAudioOnly ? 'audio_only_by_user' : 'video' };
  }

  /** The room that is joined, for what is measured in it. */
  get joined(): Room | null {
    return this.room;
  }

  /** Joins a room; whatever was joined before is left. `false` when this connection was given up meanwhile.
   * Throws `media_unavailable`, retryable. */
  async connect({ url, token }: LiveKitAccess): Promise<boolean> {
    this.disconnect();
    const attempt = this.attempt;
    const livekit = (this.livekit ??= await this.load());
    const room = new livekit.Room({ adaptiveStream: { pixelDensity: 'screen' }, dynacast: true });
    try {
      if (attempt !== this.attempt) return false;
      this.hear(room, attempt);
      await room.connect(url, token, {
        maxRetries: 0,
        websocketTimeout: limits.connectTimeout,
        peerConnectionTimeout: limits.connectTimeout,
      });
    } catch (error) {
      if (attempt !== this.attempt) return false;
      throw refused('media_unavailable', `the room can't be joined: ${asLiveError(error).message}`);
    }
    if (attempt !== this.attempt) {
      await room.disconnect();
      return false;
    }
    this.room = room;
    this.devices.use(livekit, room);
    this.pictures.use(room);
    for (const participant of room.remoteParticipants.values()) this.members.changed(participant);
    this.tellGrants(room.localParticipant.permissions);
    playOnceTouched(room);
    return true;
  }

  /** Leaves the room, and gives up what is in flight. */
  disconnect(): void {
    this.attempt += 1;
    const { room } = this;
    this.room = null;
    this.devices.release();
    this.pictures.release();
    this.members.clear();
    void room?.disconnect();
  }

  publish(source: Source, sessionType: SessionType, role: Role, facing: LocalMedia['flip']['facing']): void {
    void this.devices.publish(source, sessionType, role, facing);
  }

  /** Voices alone, or pictures again. */
  setAudioOnly(on: boolean): void {
    this.isAudioOnly = on;
    for (const participant of this.room?.remoteParticipants.values() ?? []) {
      for (const publication of participant.videoTrackPublications.values()) {
        (publication as LiveKit.RemoteTrackPublication).setEnabled(!on);
      }
    }
  }

  /** Says everybody again. */
  again(): void {
    this.members.again();
  }

  private hear(room: Room, attempt: number): void {
    // What a room says that was left concerns nobody.
    const current = <Heard extends unknown[]>(run: (...heard: Heard) => void) => {
      return (...heard: Heard) => {
        if (attempt === this.attempt) run(...heard);
      };
    };
    const changed = current((participant: RemoteParticipant) => this.members.changed(participant));
    const of = current((_: unknown, participant: LiveKit.Participant) => this.changedAny(participant));
    room
      .on(
        'reconnecting',
        current(() => this.listener.lost()),
      )
      .on(
        'signalReconnecting',
        current(() => this.listener.lost()),
      )
      .on(
        'reconnected',
        current(() => this.reconnected(room)),
      )
      .on(
        'disconnected',
        current((reason) => this.disconnected(reason)),
      )
      .on('participantConnected', changed)
      .on(
        'participantDisconnected',
        current((participant) => this.members.left(participant)),
      )
      .on('trackPublished', of)
      .on('trackUnpublished', of)
      .on('trackMuted', of)
      .on('trackUnmuted', of)
      .on(
        'participantAttributesChanged',
        current((_, participant) => this.attributes(participant)),
      )
      .on(
        'participantPermissionsChanged',
        current((_, participant) => {
          if (participant.isLocal) this.tellGrants(participant.permissions);
        }),
      )
      .on(
        'trackSubscribed',
        current((track, publication, participant) => {
          if (this.isAudioOnly && track.kind === 'video') publication.setEnabled(false);
          this.pictures.subscribed(track);
          this.members.changed(participant);
          this.listener.subscribed(track.kind === 'video' ? 'video' : 'audio');
        }),
      )
      .on(
        'trackUnsubscribed',
        current((track, _, participant) => {
          this.pictures.unsubscribed(track);
          this.members.changed(participant);
        }),
      )
      .on(
        'localTrackPublished',
        current(() => this.pictures.sync()),
      )
      .on(
        'localTrackUnpublished',
        current((publication) => {
          this.pictures.sync();
          this.devices.lost(publication.source);
        }),
      )
      .on(
        'activeSpeakersChanged',
        current((speakers) => {
          this.members.speakers(speakers, userOf(room.localParticipant));
        }),
      )
      .on(
        'connectionQualityChanged',
        current((quality, participant) => {
          const user = userOf(participant);
          if (user !== null && !participant.isLocal) this.members.quality(user, quality);
        }),
      );
  }

  private changedAny(participant: LiveKit.Participant): void {
    if (!participant.isLocal) this.members.changed(participant as RemoteParticipant);
  }

  private attributes(participant: LiveKit.Participant): void {
    const role = roleOf(participant);
    if (!participant.isLocal) this.changedAny(participant);
    else if (role !== null) this.listener.become(role);
  }

  /** LiveKit's client may have joined anew: what it found then counts. */
  private reconnected(room: Room): void {
    for (const participant of room.remoteParticipants.values()) this.members.changed(participant);
    this.pictures.sync();
    this.listener.resumed();
  }

  private disconnected(reason: DisconnectReason | undefined): void {
    this.disconnect();
    this.listener.over(
      reason === DUPLICATE_IDENTITY ? 'joined_elsewhere' : reason === PARTICIPANT_REMOVED ? 'removed' : 'lost',
    );
  }

  private tellGrants(permission: Permission | undefined): void {
    this.listener.granted(grantsOf(permission));
  }
}

/** What a permission amounts to; no source named means every source. */
export function grantsOf(permission: Permission | undefined): Grants {
  const sources: readonly number[] = permission?.canPublishSources ?? [];
  const allows = (source: Source) =>
    permission?.canPublish === true && (sources.length === 0 || sources.includes(sourceNumbers[source]));
  return { audio: allows('microphone'), video: allows('camera') || allows('screen_share') };
}

/** A browser lets no sound out before the page was touched; it is let out with the next touch. */
function playOnceTouched(room: Room): void {
  if (room.canPlaybackAudio) return;
  const play = () => void room.startAudio().catch(() => {});
  globalThis.document?.addEventListener('pointerdown', play, { once: true });
}
