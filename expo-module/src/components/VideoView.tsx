import { useCallback, useEffect, useId, useMemo, useState, type ReactNode } from 'react';
import { PixelRatio, StyleSheet, View, type LayoutChangeEvent, type StyleProp, type ViewStyle } from 'react-native';

import { followed } from '../client/followed';
import { misuse } from '../errors';
import type { TrackSource, UserId, ViewSize } from '../generated/bridge';
import type { Fit } from '../host';
import { useClient, useRoom } from '../hooks/context';
import { useReadable } from '../hooks/useReadable';
import { derived } from '../store/fact';

/** Props of {@link VideoView}. */
export interface VideoViewProps {
  /** Whose picture: somebody a hook told of, or an id. */
  participant: UserId | { id: UserId };
  /** Default: `camera`. */
  source?: Extract<TrackSource, 'camera' | 'screen_share'>;
  /** Default: `cover` for a camera, `contain` for a screen. */
  fit?: Fit;
  /** Default: as a mirror for this user's own front camera, and nobody else's. */
  isMirrored?: boolean;
  /** Views with a greater one lie over those with a lesser one. Default: 0. */
  zOrder?: number;
  onFirstFrame?: () => void;
  /** Shown while there is no picture: a portrait, a name. */
  fallback?: ReactNode;
  style?: StyleProp<ViewStyle>;
}

/**
 * Somebody's picture in the room that is meant here (`<LiveRoom>`). The core is told how large it is, and receives no more than that.
 *
 * @example
 * ```tsx
 * <VideoView participant={speaker} fit="cover" fallback={<Portrait of={speaker.id} />} style={{ flex: 1 }} />
 * ```
 */
export function VideoView({ participant, source = 'camera', zOrder = 0, ...props }: VideoViewProps) {
  const userId = typeof participant === 'string' ? participant : participant?.id;
  if (typeof userId !== 'string') {
    throw misuse(
      'participant',
      '<VideoView> does not know whose picture to show.',
      'Give it a participant of a hook, or an id.',
    );
  }
  const client = useClient('<VideoView>');
  const scope = useRoom('<VideoView>');
  const room = useReadable(scope);
  const connection = useReadable(client.connection);
  const isLocal = connection?.userId === userId;
  const local = useReadable(useMemo(() => followed(scope, (room) => room?.facts.local), [scope]));
  const hasTrack = useReadable(
    useMemo(() => {
      const member = followed(scope, (room) => room?.facts.member.of(userId));
      return derived(
        [member],
        (member) => member?.tracks.some((track) => track.source === source && !track.muted) ?? false,
      );
    }, [scope, userId, source]),
  );
  const own = source === 'camera' ? local?.camera : local?.screen_share;
  // The own camera shows before it is on the air, too.
  const isOn = isLocal ? Boolean(own?.enabled || own?.pending) : hasTrack;
  const view = useId();
  const [size, setSize] = useState<ViewSize | null>(null);
  const onLayout = useCallback(({ nativeEvent: { layout } }: LayoutChangeEvent) => {
    const [width, height] = [layout.width, layout.height].map((points) => PixelRatio.getPixelSizeForLayoutSize(points));
    setSize((before) =>
      before?.width === width && before?.height === height ? before : { width: width ?? 0, height: height ?? 0 },
    );
  }, []);

  const ref = room?.ref;
  useEffect(() => {
    // One's own picture comes from the camera, not over the network.
    if (!connection || !ref || isLocal || !size) return;
    connection.post({ command: 'set_view', room: ref, view, user_id: userId, source, size });
  }, [connection, ref, isLocal, view, userId, source, size]);
  useEffect(() => {
    if (!connection || !ref || isLocal) return undefined;
    return () => connection.post({ command: 'close_view', room: ref, view });
  }, [connection, ref, isLocal, view]);

  const Picture = connection?.host.VideoView;
  return (
    <View onLayout={onLayout} style={[styles.view, props.style]}>
      {isOn && Picture && ref ? (
        <Picture
          room={ref}
          view={view}
          userId={userId}
          source={source}
          isLocal={isLocal}
          fit={props.fit ?? (source === 'camera' ? 'cover' : 'contain')}
          isMirrored={props.isMirrored ?? (isLocal && source === 'camera' && local?.flip.facing === 'user')}
          zOrder={zOrder}
          onFirstFrame={props.onFirstFrame}
          style={StyleSheet.absoluteFill}
        />
      ) : (
        props.fallback
      )}
    </View>
  );
}

const styles = StyleSheet.create({ view: { overflow: 'hidden' } });
