import { requireNativeView } from 'expo';
import { useMemo, type ComponentType } from 'react';
import type { StyleProp, ViewStyle } from 'react-native';

import type { HostVideoViewProps } from '../host';
import { MODULE } from './module';

/** The props of the native view, which knows no objects. */
interface NativeViewProps extends Omit<HostVideoViewProps, 'room' | 'view' | 'zOrder'> {
  session: number | null;
  call: number | null;
}

let loaded: ComponentType<NativeViewProps> | undefined;

/** Draws in the native view of the module, which is looked up when the first picture is drawn: an app without it imports all the same. */
export function NativeVideoView({ room, zOrder, style, view: _, ...props }: HostVideoViewProps) {
  loaded ??= requireNativeView<NativeViewProps>(MODULE);
  const View = loaded;
  const layered = useMemo<StyleProp<ViewStyle>>(() => [style, { zIndex: zOrder }], [style, zOrder]);
  return (
    <View
      {...props}
      session={'session' in room ? room.session : null}
      call={'call' in room ? room.call : null}
      style={layered}
    />
  );
}
