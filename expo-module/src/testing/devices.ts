import type { Grants, LiveError, LocalMedia, Toggle, TrackSource } from '../generated/bridge';
import { refusal } from './refusal';

type Device = Exclude<TrackSource, 'screen_share_audio'>;

/** This user's devices: a wish is carried out once it is granted and on the air. */
export class Devices {
  readonly #wishes = new Set<Device>();
  readonly #errors = new Map<Device, LiveError>();
  #facing: 'user' | 'environment' = 'user';
  #flipError: LiveError | null = null;

  want(device: Device, on: boolean, grants: Grants): void {
    this.#errors.delete(device);
    if (!on) this.#wishes.delete(device);
    else if (isGranted(device, grants)) this.#wishes.add(device);
    else this.#errors.set(device, refusal('role_not_allowed', 'Your role does not let you publish this.'));
  }

  flip(): void {
    const isOn = this.#wishes.has('camera');
    this.#flipError = isOn ? null : refusal('conflict', 'The camera is off.');
    if (isOn) this.#facing = this.#facing === 'user' ? 'environment' : 'user';
  }

  /** What isn't granted any more is off; granting it again doesn't switch it on. */
  limit(grants: Grants): void {
    for (const device of [...this.#wishes]) if (!isGranted(device, grants)) this.#wishes.delete(device);
  }

  local(isOnAir: boolean): LocalMedia {
    const toggle = (device: Device): Toggle => {
      const isWanted = this.#wishes.has(device);
      return {
        enabled: isWanted && isOnAir,
        pending: isWanted && !isOnAir,
        last_error: this.#errors.get(device) ?? null,
      };
    };
    return {
      microphone: toggle('microphone'),
      camera: toggle('camera'),
      screen_share: toggle('screen_share'),
      flip: { facing: this.#facing, pending: false, last_error: this.#flipError },
    };
  }
}

function isGranted(device: Device, grants: Grants): boolean {
  return device === 'microphone' ? grants.audio : grants.video;
}
