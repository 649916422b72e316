import type { Participant, Room, Track } from 'livekit-client';

import type { TrackSource, UserId } from '../generated/bridge';

/** What an element shows. */
interface Shown {
  user: UserId;
  source: TrackSource;
  track: Track | null;
}

/**
 * Elements that show pictures, and those that play voices. An element stays while tracks and whole connections come and go;
 * how large a picture is received, LiveKit's client takes from the element itself.
 */
export class Pictures {
  private room: Room | null = null;
  private readonly shown = new Map<HTMLVideoElement, Shown>();
  private readonly sounds = new Map<Track, HTMLMediaElement>();

  /** Shows that person's picture in `element` from when there is one, until the returned function is called. */
  show(element: HTMLVideoElement, user: UserId, source: TrackSource): () => void {
    const shown: Shown = { user, source, track: null };
    this.shown.set(element, shown);
    this.sync();
    return () => {
      shown.track?.detach(element);
      if (this.shown.get(element) === shown) this.shown.delete(element);
    };
  }

  use(room: Room): void {
    this.room = room;
    this.sync();
  }

  /** The connection is gone: the last pictures stay until there are others. */
  release(): void {
    this.room = null;
    for (const track of [...this.sounds.keys()]) this.unsubscribed(track);
  }

  subscribed(track: Track): void {
    if (track.kind === 'audio') this.sounds.set(track, track.attach());
    this.sync();
  }

  unsubscribed(track: Track): void {
    this.sounds.delete(track);
    for (const element of track.detach()) {
      if (element instanceof HTMLAudioElement) element.remove();
    }
    for (const shown of this.shown.values()) if (shown.track === track) shown.track = null;
    this.sync();
  }

  /** Gives every element the track that is to be seen in it. */
  sync(): void {
    if (!this.room) return;
    for (const [element, shown] of this.shown) {
      const track = trackOf(this.room, shown);
      if (track === shown.track) continue;
      shown.track?.detach(element);
      shown.track = track;
      track?.attach(element);
    }
  }
}

function trackOf(room: Room, { user, source }: Shown): Track | null {
  const { localParticipant } = room;
  const person: Participant | undefined =
    localParticipant.identity === user ? localParticipant : room.remoteParticipants.get(user);
  const publications = person?.getTrackPublications() ?? [];
  return publications.find((publication) => publication.source === source)?.track ?? null;
}
