// Everything that is said to LiveKit: tokens, rooms, and what the outbox carries.

import {
  AccessToken,
  RoomServiceClient,
  ServerError,
  type TrackInfo,
  TrackSource,
  TrackType,
} from "livekit-server-sdk";
import type { Config } from "./config.ts";
import { decide } from "./database.ts";
import { log } from "./log.ts";
import { Refusal } from "./refusal.ts";

/** `live.media_permission`. */
export type Permission = { can_publish: boolean; can_publish_data: boolean; can_publish_sources: SourceName[] };

/** `live.media_ticket`: what the database allows, ready to be minted. */
export type Ticket = {
  room_name: string;
  identity: string;
  name: string;
  role: string;
  permission: Permission;
  ttl_seconds: number;
  ensure_room: boolean;
  empty_timeout_seconds: number;
  departure_timeout_seconds: number;
};

/** `live.delivery_json`. An update for somebody who has no row any more carries no role, and is nothing to do. */
export type Delivery =
  & { id: number; room_name: string }
  & (
    | { kind: "delete_room" }
    | { kind: "remove_participant"; identity: string }
    | { kind: "update_participant"; identity: string; role?: string; permission?: Permission }
  );

const requestTimeoutSeconds = 5;
const mostRounds = 10;
const sources = {
  microphone: TrackSource.MICROPHONE,
  camera: TrackSource.CAMERA,
  screen_share: TrackSource.SCREEN_SHARE,
  screen_share_audio: TrackSource.SCREEN_SHARE_AUDIO,
};
type SourceName = keyof typeof sources;
const sourceNames = new Map(Object.entries(sources).map(([name, source]) => [source, name]));

/** The database's name of a source; a number, where it has none. */
export const nameOf = (source: TrackSource): string => sourceNames.get(source) ?? String(source);

/** What a track is, and what it claims to be. */
export const labelOf = (track: TrackInfo) => ({
  type: TrackType[track.type]?.toLowerCase(),
  source: nameOf(track.source),
});

const permissionOf = (permission: Permission) => ({
  canSubscribe: true,
  canPublish: permission.can_publish,
  canPublishData: permission.can_publish_data,
  canPublishSources: permission.can_publish_sources.map((name) => sources[name]),
});

/** LiveKit's server API about rooms. */
export function rooms(config: Config): RoomServiceClient {
  return new RoomServiceClient(config.LIVEKIT_URL, config.LIVEKIT_API_KEY, config.LIVEKIT_API_SECRET, {
    requestTimeout: requestTimeoutSeconds,
  });
}

/** The `livekit` object of the HTTP contract. */
export async function mint(config: Config, ticket: Ticket): Promise<{ url: string; token: string }> {
  const token = new AccessToken(config.LIVEKIT_API_KEY, config.LIVEKIT_API_SECRET, {
    identity: ticket.identity,
    name: ticket.name,
    ttl: ticket.ttl_seconds,
    attributes: { role: ticket.role },
  });
  token.addGrant({
    roomJoin: true,
    room: ticket.room_name,
    canUpdateOwnMetadata: false,
    ...permissionOf(ticket.permission),
  });
  return { url: config.LIVEKIT_URL, token: await token.toJwt() };
}

/** Makes sure that the ticket's room is there, where the database isn't sure of it. Creating it again changes nothing. */
export async function ensureRoom(config: Config, ticket: Ticket): Promise<void> {
  if (!ticket.ensure_room) return;
  try {
    await rooms(config).createRoom({
      name: ticket.room_name,
      emptyTimeout: ticket.empty_timeout_seconds,
      departureTimeout: ticket.departure_timeout_seconds,
    });
  } catch (error) {
    log("error", { event: "create_room", message: describe(error) });
    throw new Refusal("media_unavailable", "The media server cannot be reached.");
  }
}

/** Mints for a room that is there. */
export async function admit(config: Config, ticket: Ticket): Promise<{ url: string; token: string }> {
  await ensureRoom(config, ticket);
  return await mint(config, ticket);
}

async function deliver(config: Config, delivery: Delivery): Promise<{ id: number; error: string | null }> {
  try {
    await send(rooms(config), delivery);
    return { id: delivery.id, error: null };
  } catch (error) {
    // Whoever isn't there needs no change: the next token carries it.
    if (error instanceof ServerError && error.status === 404) return { id: delivery.id, error: null };
    log("warn", { event: "delivery", kind: delivery.kind, id: delivery.id, message: describe(error) });
    return { id: delivery.id, error: describe(error) };
  }
}

async function send(client: RoomServiceClient, delivery: Delivery): Promise<void> {
  switch (delivery.kind) {
    case "delete_room":
      return await client.deleteRoom(delivery.room_name);
    case "remove_participant":
      return await client.removeParticipant(delivery.room_name, delivery.identity);
    case "update_participant":
      if (!delivery.role || !delivery.permission) return;
      await client.updateParticipant(delivery.room_name, delivery.identity, {
        permission: permissionOf(delivery.permission),
        attributes: { role: delivery.role },
      });
  }
}

/** Brings out what was claimed and what waited behind it. What fails stays in the outbox for `sweep`. */
export async function deliverAll(config: Config, claimed: Delivery[]): Promise<{ delivered: number; failed: number }> {
  let delivered = 0;
  let failed = 0;
  for (let round = 0; claimed.length > 0 && round < mostRounds; round += 1) {
    const results = await Promise.all(claimed.map((delivery) => deliver(config, delivery)));
    failed += results.filter((result) => result.error !== null).length;
    delivered += results.filter((result) => result.error === null).length;
    claimed = await decide<Delivery[]>(config, "settle_deliveries", { p_results: results });
  }
  return { delivered, failed };
}

/** What went wrong with LiveKit, for the log. */
export function describe(error: unknown): string {
  if (error instanceof ServerError) {
    const hint = error.status === 401 ? " (LIVEKIT_API_KEY or LIVEKIT_API_SECRET is wrong)" : "";
    return `LiveKit answered ${error.status} ${error.code ?? ""}${hint}`;
  }
  return error instanceof Error ? `LiveKit: ${error.name}` : "LiveKit: unknown";
}
