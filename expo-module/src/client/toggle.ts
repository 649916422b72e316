import { LiveError } from '../errors';
import type { LiveError as LiveErrorData, LocalMedia, RoomRef, Toggle as ToggleFact } from '../generated/bridge';
import { derived, type Readable } from '../store/fact';
import type { CameraToggle, Toggle } from '../types';
import type { Command } from './commands';

/** The error that was told, as it is thrown. */
export function thrown(error: LiveErrorData | null): LiveError | null {
  return error && LiveError.from(error);
}

/** A switch over what is known of a device; nothing is switched here, only wished for. */
export function toggleOf({ enabled, pending, last_error }: ToggleFact, set: (on: boolean) => void): Toggle {
  // What is pending is the opposite of what stands.
  const isWanted = enabled !== pending;
  return { enabled, pending, error: thrown(last_error), set, toggle: () => set(!isWanted) };
}

/** The switches of a room's own devices. */
export interface Devices {
  microphone: Readable<Toggle>;
  camera: Readable<CameraToggle>;
  screenShare: Readable<Toggle>;
}

/** The switches of the room that `room` says at the moment of the press. */
export function devicesOf(
  local: Readable<LocalMedia>,
  room: () => RoomRef | null,
  post: (command: Command) => void,
): Devices {
  const to = (command: (room: RoomRef) => Command) => {
    const ref = room();
    if (ref) post(command(ref));
  };
  const setMicrophone = (on: boolean) => to((room) => ({ command: 'set_microphone', room, on }));
  const setCamera = (on: boolean) => to((room) => ({ command: 'set_camera', room, on }));
  const setScreenShare = (on: boolean) => to((room) => ({ command: 'set_screen_share', room, on }));
  const flip = () => to((room) => ({ command: 'flip_camera', room }));
  const camera = derived([local], ({ camera, flip }) => ({ camera, facing: flip.facing }));
  const microphone = derived([local], (local) => local.microphone);
  const screen = derived([local], (local) => local.screen_share);
  return {
    microphone: derived([microphone], (fact) => toggleOf(fact, setMicrophone)),
    camera: derived([camera], ({ camera, facing }) => ({ ...toggleOf(camera, setCamera), facing, flip })),
    screenShare: derived([screen], (fact) => toggleOf(fact, setScreenShare)),
  };
}
