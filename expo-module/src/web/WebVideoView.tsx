import { createElement, useEffect, useRef, type ComponentType, type CSSProperties } from 'react';
import { StyleSheet } from 'react-native';

import type { HostVideoViewProps } from '../host';
import type { WebCore } from './core';

/** The view of one host: a video element that LiveKit's client plays into, and measures to ask for a picture of its size. */
export function webVideoView(core: WebCore): ComponentType<HostVideoViewProps> {
  return function WebVideoView({ room, userId, source, isLocal, fit, isMirrored, zOrder, onFirstFrame, style }) {
    const element = useRef<HTMLVideoElement>(null);
    const [kind, ref] = 'session' in room ? (['session', room.session] as const) : (['call', room.call] as const);

    useEffect(() => {
      if (element.current === null) return;
      try {
        const { pictures } = core.room(kind === 'session' ? { session: ref } : { call: ref }).link;
        return pictures.show(element.current, userId, source);
      } catch {
        // The room is over: its last picture stays until the screen goes.
        return;
      }
    }, [kind, ref, userId, source]);

    const look: CSSProperties = {
      width: '100%',
      height: '100%',
      ...(StyleSheet.flatten(style) as CSSProperties),
      objectFit: fit,
      zIndex: zOrder,
      ...(isMirrored ? { transform: 'scaleX(-1)' } : {}),
    };
    return createElement('video', {
      ref: element,
      autoPlay: true,
      playsInline: true,
      // Voices are played apart from pictures.
      muted: true,
      'data-user': userId,
      'data-local': isLocal,
      onLoadedData: onFirstFrame,
      style: look,
    });
  };
}
