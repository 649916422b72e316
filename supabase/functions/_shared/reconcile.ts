// Asks LiveKit who is where; the database compares it with what it believes.

import { ParticipantInfo_State, type RoomServiceClient, ServerError } from "livekit-server-sdk";
import type { Config } from "./config.ts";
import { decide } from "./database.ts";
import { deliverAll, type Delivery, describe, labelOf, nameOf, rooms } from "./livekit.ts";
import { log } from "./log.ts";

/** `live.claim_rooms`: a room to ask about, and when it was handed out. */
export type Claimed = { room_name: string; asked_at: string };

type Reconciled = { repaired: number; deliveries: Delivery[] };

/** Compares rooms and puts right what differs. A LiveKit that can't be reached tells nothing, and changes nothing. */
export async function reconcile(config: Config, claimed: Claimed[]): Promise<{ compared: number; repaired: number }> {
  let [compared, repaired] = [0, 0];
  if (claimed.length === 0) return { compared, repaired };
  const client = rooms(config);
  try {
    const open = await client.listRooms(claimed.map((room) => room.room_name));
    const sids = new Map(open.map((room) => [room.name, room.sid]));
    await Promise.all(claimed.map(async ({ room_name, asked_at }) => {
      const sid = sids.get(room_name);
      const people = sid === undefined ? [] : await everybody(client, room_name);
      const answer = await decide<Reconciled>(config, "reconcile_room", {
        p_room_name: room_name,
        p_room_sid: sid ?? null,
        p_people: people,
        p_asked_at: asked_at,
      });
      await deliverAll(config, answer.deliveries);
      compared += 1;
      repaired += answer.repaired;
    }));
  } catch (error) {
    log("warn", { event: "reconcile", message: describe(error) });
  }
  if (repaired > 0) log("warn", { event: "reconcile", compared, repaired });
  return { compared, repaired };
}

/** Nobody, where the room ended since it was listed. */
async function everybody(client: RoomServiceClient, room: string) {
  const people = await client.listParticipants(room).catch((error) => {
    if (error instanceof ServerError && error.status === 404) return [];
    throw error;
  });
  return people.map((person) => ({
    identity: person.identity,
    sid: person.sid,
    is_active: person.state === ParticipantInfo_State.ACTIVE,
    role: person.attributes.role,
    sources: (person.permission?.canPublishSources ?? []).map(nameOf),
    tracks: person.tracks.map(labelOf),
  }));
}
