import type { LocalMedia, RoomChange, UserId } from '../generated/bridge';
import type { Facts } from './facts';
import type { RoomLink } from './link';
import type { Publisher } from './publisher';

/** What sessions and calls tell alike, beside their people: devices, what is sent, and whether pictures are received. */
export function tellRoom<Change>(
  facts: Facts<Change>,
  publisher: Publisher,
  link: RoomLink,
  wrap: (change: RoomChange) => Change,
): void {
  const local: LocalMedia = publisher.view;
  facts.tell('local', wrap({ room: 'local', value: local }));
  facts.tell('publishing', wrap({ room: 'publishing', value: publisher.sending }));
  facts.tell('viewing', wrap({ room: 'viewing', value: link.viewing }));
}

/** What a session and a call are given of their client. */
export interface Owner {
  user: UserId;
  deviceId: string | undefined;
}
