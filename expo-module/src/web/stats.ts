import type { Room } from 'livekit-client';

import type { RoomChange, TrackDirection, TrackReport, TrackSource, UserId } from '../generated/bridge';
import { userOf } from './members';

/** What has a link to a room. */
interface Measured {
  link: { readonly joined: Room | null };
}

/** What a browser counts of a track, in the words of `RTCStats`. */
interface Counters {
  type: string;
  timestamp: number;
  kind?: string;
  rid?: string;
  active?: boolean;
  bytesReceived?: number;
  bytesSent?: number;
  packetsReceived?: number;
  packetsSent?: number;
  packetsLost?: number;
  jitter?: number;
  roundTripTime?: number;
  frameWidth?: number;
  frameHeight?: number;
  framesPerSecond?: number;
}

/** Measures rooms while somebody wants to know. */
export class Stats {
  private readonly running = new Map<Measured, ReturnType<typeof setInterval>>();

  /** Tells of the room every `intervalMs`, until it is asked with another interval, or with none. */
  start(room: Measured, intervalMs: number | null, tell: (change: RoomChange) => void): void {
    this.stop(room);
    if (intervalMs === null) return;
    let before: readonly TrackReport[] = [];
    const sample = async () => {
      const { joined } = room.link;
      if (!joined) return;
      before = await measure(joined, before, intervalMs);
      if (this.running.has(room)) tell({ room: 'stats', value: [...before] });
    };
    this.running.set(
      room,
      setInterval(() => void sample().catch(() => {}), intervalMs),
    );
  }

  stop(room: Measured): void {
    clearInterval(this.running.get(room));
    this.running.delete(room);
  }

  stopAll(): void {
    for (const room of [...this.running.keys()]) this.stop(room);
  }
}

async function measure(room: Room, before: readonly TrackReport[], intervalMs: number): Promise<TrackReport[]> {
  const reports: TrackReport[] = [];
  for (const participant of [room.localParticipant, ...room.remoteParticipants.values()]) {
    const user = userOf(participant);
    if (user === null) continue;
    for (const { track, trackSid, source } of participant.trackPublications.values()) {
      const stats = await track?.getRTCStatsReport();
      if (!stats) continue;
      const direction: TrackDirection = participant.isLocal ? 'sent' : 'received';
      const known = before.find((report) => report.track === trackSid);
      const counters: Counters[] = [];
      stats.forEach((one: Counters) => counters.push(one));
      reports.push(report(counters, trackSid, user, source as TrackSource, direction, known, intervalMs));
    }
  }
  return reports;
}

/** One track's counters, and what came of them since the sample before. */
export function report(
  stats: readonly Counters[],
  track: string,
  user: UserId,
  source: TrackSource,
  direction: TrackDirection,
  before: TrackReport | undefined,
  intervalMs: number,
): TrackReport {
  const own = stats.filter(({ type }) => type === (direction === 'sent' ? 'outbound-rtp' : 'inbound-rtp'));
  const heard = stats.filter(({ type }) => type === 'remote-inbound-rtp');
  const sum = (of: readonly Counters[], value: (one: Counters) => number | undefined) =>
    of.reduce((total, one) => total + (value(one) ?? 0), 0);
  const largest = [...own].sort((one, other) => (other.frameWidth ?? 0) - (one.frameWidth ?? 0))[0];
  const bytes = sum(own, (one) => one.bytesReceived ?? one.bytesSent);
  const packets = sum(own, (one) => one.packetsReceived ?? one.packetsSent);
  const packets_lost = sum(direction === 'sent' ? heard : own, (one) => one.packetsLost);
  const jitter = (direction === 'sent' ? heard[0] : own[0])?.jitter;
  const roundTrip = heard[0]?.roundTripTime;
  const [arrived, lost] = [packets - (before?.packets ?? 0), packets_lost - (before?.packets_lost ?? 0)];
  const expected = direction === 'sent' ? arrived : arrived + lost;
  return {
    track,
    user,
    source,
    direction,
    bytes,
    packets,
    packets_lost,
    rates: before
      ? {
          kbps: Math.round(((bytes - before.bytes) * 8) / intervalMs),
          loss: expected > 0 ? Math.max(0, lost) / expected : 0,
        }
      : null,
    jitter_ms: jitter === undefined ? null : Math.round(jitter * 1000),
    round_trip_ms: roundTrip === undefined ? null : Math.round(roundTrip * 1000),
    width: largest?.frameWidth ?? null,
    height: largest?.frameHeight ?? null,
    frames_per_second: largest?.kind === 'video' ? Math.round(largest.framesPerSecond ?? 0) : null,
    layers: direction === 'received' ? [] : layersOf(own),
  };
}

function layersOf(own: readonly Counters[]): TrackReport['layers'] {
  const layers = own.filter((one) => one.rid !== undefined && one.rid !== '');
  return layers
    .map((one) => ({
      rid: one.rid ?? '',
      active: one.active ?? true,
      bytes: one.bytesSent ?? 0,
      width: one.frameWidth ?? 0,
      height: one.frameHeight ?? 0,
      frames_per_second: Math.round(one.framesPerSecond ?? 0),
    }))
    .sort((one, other) => 'qhf'.indexOf(one.rid) - 'qhf'.indexOf(other.rid));
}
