import { z } from "zod";
import { livekitSignature } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { deliverAll, type Delivery, labelOf } from "../_shared/livekit.ts";
import { egressReport } from "../_shared/recording.ts";
import { invalid } from "../_shared/refusal.ts";
import { serve } from "../_shared/serve.ts";

// What the database knows to read; LiveKit sends more, and newer servers will.
const known = ["room_started", "room_finished", "participant_joined", "participant_left", "track_published"];

serve("livekit-webhook", {
  auth: livekitSignature,
  input: z.looseObject({}),
  bodyLimit: 256 * 1024,
  async handle({ caller: event, config }) {
    const told = { p_id: event.id, p_created_at: new Date(Number(event.createdAt) * 1000) };
    if (event.egressInfo) {
      requireId(event.id);
      return await decide(config, "egress_event", { ...told, p_egress: egressReport(event.egressInfo) });
    }
    if (!known.includes(event.event) || !event.room) return { handled: false };
    requireId(event.id);
    const track = event.track && labelOf(event.track);
    const { deliveries } = await decide<{ deliveries: Delivery[] }>(config, "livekit_event", {
      ...told,
      p_event: event.event,
      p_room_name: event.room.name,
      p_room_sid: event.room.sid,
      p_identity: event.participant?.identity,
      p_participant_sid: event.participant?.sid,
      p_role_attribute: event.participant?.attributes.role,
      p_track_type: track?.type,
      p_track_source: track?.source,
    });
    await deliverAll(config, deliveries);
    return { handled: true };
  },
});

function requireId(id: string): void {
  if (id === "") throw invalid("id", "The event has no id.");
}
