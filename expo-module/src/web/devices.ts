import type * as LiveKit from 'livekit-client';
import type { LocalTrack, Room } from 'livekit-client';

import type { Facing, LiveError, Role, SessionType } from '../generated/bridge';
import {
  cameraPresets,
  microphonePresets,
  screenPreset,
  type AudioPreset,
  type VideoLayer,
  type VideoPreset,
} from '../generated/rules';
import { asLiveError, liveError } from './errors';
import type { Source } from './publisher';

/** What becomes of a device. */
export interface DeviceListener {
  /** The server took the track; or it was refused, and why. */
  published(source: Source, error?: LiveError): void;
  /** A track is gone by the server's wish, or because its device is. */
  unpublished(source: Source): void;
  flipped(outcome: { facing: Facing } | { error: LiveError }): void;
}

interface Publication {
  source: Source;
  track: LocalTrack | null;
}

const names: Record<Source, string> = { microphone: 'microphone', camera: 'camera', screen_share: 'screen' };

/** The browser's microphone, camera and screen, and the tracks made of them. */
export class Devices {
  private livekit: typeof LiveKit | null = null;
  private room: Room | null = null;
  private readonly publications = new Map<Source, Publication>();

  constructor(private readonly listener: DeviceListener) {}

  use(livekit: typeof LiveKit, room: Room): void {
    this.livekit = livekit;
    this.room = room;
  }

  /** The connection is gone, and what was published with it. */
  release(): void {
    for (const { track } of this.publications.values()) track?.stop();
    this.publications.clear();
    this.room = null;
  }

  /** Opens a device and publishes it; the listener hears what came of it, unless it was taken back meanwhile. */
  async publish(source: Source, sessionType: SessionType, role: Role, facing: Facing): Promise<void> {
    const publication: Publication = { source, track: null };
    this.publications.set(source, publication);
    const { livekit, room } = this;
    // Without a room there is nothing to publish to, and the end of the connection tells so.
    if (!livekit || !room) return;
    const isCurrent = () => this.publications.get(source) === publication;
    let opened: LocalTrack[] = [];
    try {
      opened = await open(room, source, cameraPresets[sessionType][role], facing);
      for (const track of opened) {
        if (!isCurrent()) break;
        publication.track ??= track;
        await room.localParticipant.publishTrack(track, optionsOf(livekit, track, sessionType, role));
      }
      if (isCurrent()) this.listener.published(source);
      else await this.retract(room, opened);
    } catch (thrown) {
      for (const track of opened) track.stop();
      if (!isCurrent()) return;
      this.publications.delete(source);
      this.listener.published(source, deviceError(source, thrown));
    }
  }

  /** Takes a track back and stops its device. */
  unpublish(source: Source): void {
    const published = this.publications.get(source);
    this.publications.delete(source);
    if (this.room && published?.track) void this.retract(this.room, [published.track]);
  }

  /** A local track isn't published any more; where nobody took it back, it was lost. */
  lost(source: string): void {
    const published = [...this.publications.values()].find((one) => one.source === source);
    if (!published?.track) return;
    this.publications.delete(published.source);
    this.listener.unpublished(published.source);
  }

  /** Turns to the other camera. */
  async flip(from: Facing): Promise<void> {
    const track = this.publications.get('camera')?.track;
    const facing: Facing = from === 'user' ? 'environment' : 'user';
    try {
      if (track && 'restartTrack' in track)
        await (track as LiveKit.LocalVideoTrack).restartTrack({ facingMode: facing });
      this.listener.flipped({ facing });
    } catch (thrown) {
      this.listener.flipped({ error: deviceError('camera', thrown) });
    }
  }

  private async retract(room: Room, tracks: LocalTrack[]): Promise<void> {
    for (const track of tracks) {
      await room.localParticipant.unpublishTrack(track, true).catch(() => {});
      track.stop();
    }
  }
}

async function open(room: Room, source: Source, camera: VideoPreset, facing: Facing): Promise<LocalTrack[]> {
  const { localParticipant } = room;
  switch (source) {
    case 'microphone':
      return localParticipant.createTracks({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    case 'camera':
      return localParticipant.createTracks({ video: { facingMode: facing, resolution: resolutionOf(camera) } });
    case 'screen_share':
      return localParticipant.createScreenTracks({ audio: true, resolution: resolutionOf(screenPreset) });
  }
}

function optionsOf(livekit: typeof LiveKit, track: LocalTrack, sessionType: SessionType, role: Role) {
  if (track.source === 'camera') return videoOptions(livekit, cameraPresets[sessionType][role], 'videoEncoding');
  if (track.source === 'screen_share') return videoOptions(livekit, screenPreset, 'screenShareEncoding');
  return audioOptions(microphonePresets[sessionType]);
}

function videoOptions(
  { VideoPreset: Preset }: typeof LiveKit,
  { layers, ...whole }: VideoPreset,
  encoding: 'videoEncoding' | 'screenShareEncoding',
): LiveKit.TrackPublishOptions {
  const smaller = [layers.low, layers.middle].filter((layer) => layer !== null);
  const rates = ({ max_kbps, max_fps }: VideoLayer) => ({ maxBitrate: max_kbps * 1000, maxFramerate: max_fps });
  return {
    videoCodec: 'vp8',
    [encoding]: rates(whole),
    simulcast: smaller.length > 0,
    videoSimulcastLayers: smaller.map(
      ({ width, height, ...layer }) => new Preset({ width, height, ...rates(layer as VideoLayer) }),
    ),
  };
}

function audioOptions({ max_kbps }: AudioPreset): LiveKit.TrackPublishOptions {
  return { audioPreset: { maxBitrate: max_kbps * 1000 }, dtx: true, red: true };
}

function resolutionOf({ width, height, max_fps }: VideoLayer) {
  return { width, height, frameRate: max_fps };
}

/** What a browser says of a device, as the one error. */
export function deviceError(source: Source, thrown: unknown): LiveError {
  const device = names[source];
  const field = { field: source };
  switch (thrown instanceof Error ? thrown.name : '') {
    case 'NotAllowedError':
      return liveError('forbidden', `the browser doesn't let this page use the ${device}`, field);
    case 'NotFoundError':
    case 'OverconstrainedError':
      return liveError('not_found', `there is no ${device}`, field);
    case 'PublishTrackError':
    case 'TrackPublishTimedOutError':
      return liveError('media_unavailable', `the ${device} wasn't taken by the server`, field);
    default:
      return { ...liveError('media_unavailable', `${device}: ${asLiveError(thrown).message}`, field) };
  }
}
