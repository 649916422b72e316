// LiveKit Egress: what is asked of it, and what it tells.

import {
  EgressClient,
  type EgressInfo,
  EgressStatus,
  EncodedFileOutput,
  EncodedFileType,
  S3Upload,
  ServerError,
} from "livekit-server-sdk";
import type { Config } from "./config.ts";
import { decide } from "./database.ts";
import { describe } from "./livekit.ts";
import { log } from "./log.ts";
import { Refusal } from "./refusal.ts";
import { signedUrl, type Storage, storage } from "./storage.ts";

export type Start = { room_name: string; object_key: string; audio_only: boolean };
/** `live.claim_expired_recordings`. */
export type Expired = { id: string; object_key: string };

/** `live.claim_stuck_recordings`. */
export type Stuck = { id: string; egress_id: string };

const requestTimeoutSeconds = 10;
const deletionSeconds = 60;

/** The storage, or a refusal where there is none. */
export function requireStorage(config: Config): Storage {
  const store = storage(config);
  if (!store) throw new Refusal("media_unavailable", "Recording is not set up.");
  return store;
}

function egress(config: Config): EgressClient {
  const url = config.LIVEKIT_EGRESS_URL ?? config.LIVEKIT_URL;
  return new EgressClient(url, config.LIVEKIT_API_KEY, config.LIVEKIT_API_SECRET, {
    requestTimeout: requestTimeoutSeconds,
  });
}

/** Lets Egress record a room into the storage; the egress's id. */
export async function startEgress(config: Config, store: Storage, start: Start): Promise<string> {
  const s3 = new S3Upload({
    accessKey: store.accessKey,
    secret: store.secret,
    region: store.region,
    endpoint: store.endpoint,
    bucket: store.bucket,
    forcePathStyle: true,
  });
  const file = new EncodedFileOutput({
    fileType: EncodedFileType.MP4,
    filepath: start.object_key,
    disableManifest: true,
    output: { case: "s3", value: s3 },
  });
  try {
    const options = { layout: "speaker", audioOnly: start.audio_only };
    return (await egress(config).startRoomCompositeEgress(start.room_name, { file }, options)).egressId;
  } catch (error) {
    log("error", { event: "start_egress", message: describe(error) });
    throw new Refusal("media_unavailable", "The recorder cannot be reached.");
  }
}

/** Stops it; one that is over already needs no stopping. */
export async function stopEgress(config: Config, egressId: string): Promise<void> {
  try {
    await egress(config).stopEgress(egressId);
  } catch (error) {
    if (error instanceof ServerError && (error.status === 404 || error.status === 412)) return;
    log("error", { event: "stop_egress", message: describe(error) });
    throw new Refusal("media_unavailable", "The recorder cannot be reached.");
  }
}

const statuses: Record<EgressStatus, string> = {
  [EgressStatus.EGRESS_STARTING]: "starting",
  [EgressStatus.EGRESS_ACTIVE]: "active",
  [EgressStatus.EGRESS_ENDING]: "ending",
  [EgressStatus.EGRESS_COMPLETE]: "complete",
  [EgressStatus.EGRESS_LIMIT_REACHED]: "complete",
  [EgressStatus.EGRESS_FAILED]: "failed",
  [EgressStatus.EGRESS_ABORTED]: "failed",
};

/** What `live.egress_event` reads. LiveKit counts nanoseconds. */
export function egressReport(info: EgressInfo) {
  const file = info.fileResults[0];
  return {
    egress_id: info.egressId,
    room_name: info.roomName,
    status: statuses[info.status],
    error: info.error,
    object_key: file?.filename,
    duration_ms: file && Number(file.duration / 1_000_000n),
    size_bytes: file && Number(file.size),
  };
}

/** Deletes files whose time is up. What fails is handed out again. */
export async function deleteExpired(config: Config, expired: Expired[]): Promise<void> {
  const store = storage(config);
  if (!store || expired.length === 0) return;
  const deleted = await Promise.all(expired.map(async ({ id, object_key }) => {
    const url = await signedUrl(store, "DELETE", object_key, deletionSeconds);
    const timeout = AbortSignal.timeout(requestTimeoutSeconds * 1000);
    const response = await fetch(url, { method: "DELETE", signal: timeout }).catch(() => null);
    await response?.body?.cancel();
    // A file that isn't there is deleted.
    if (response?.ok || response?.status === 404) return [id];
    log("warn", { event: "delete_recording", id, status: response?.status });
    return [];
  }));
  await decide(config, "recordings_deleted", { p_ids: deleted.flat() });
}

/** Asks LiveKit what became of recordings whose end nobody has told. */
export async function askAboutStuck(config: Config, stuck: Stuck[]): Promise<void> {
  const client = egress(config);
  for (const { id, egress_id } of stuck) {
    const [info] = await client.listEgress({ egressId: egress_id });
    if (info) {
      await decide(config, "egress_event", {
        p_id: `lost:${egress_id}:${info.status}`,
        p_created_at: new Date(),
        p_egress: egressReport(info),
      });
    } else {
      await decide(config, "recording_failed", { p_id: id, p_error: "LiveKit does not know of it any more." });
    }
  }
}
