import { z } from "zod";
import { holdTo, userOrTicket } from "../_shared/auth.ts";
import { decide } from "../_shared/database.ts";
import { id, line } from "../_shared/input.ts";
import { admit, deliverAll, type Delivery, type Ticket } from "../_shared/livekit.ts";
import type { Push } from "../_shared/push/push.ts";
import { sendInBackground } from "../_shared/push/send.ts";
import { serve } from "../_shared/serve.ts";
import { signTicket } from "../_shared/tickets.ts";

type Answered = { call: unknown; ticket?: Ticket; deliveries?: Delivery[]; pushes?: Push[]; ends_at?: number };

serve("answer-call", {
  auth: userOrTicket("answer"),
  input: z.strictObject({ call_id: id, accept: z.boolean(), device_id: line(128).nullish() }),
  async handle({ caller, input, key, config }) {
    const mine = caller.ticket && holdTo(caller.ticket, input.call_id, input.device_id);
    const { call, ticket, deliveries, pushes, ends_at } = mine
      ? await decide<Answered>(config, "answer_call_by_ticket", { p_ticket: mine, p_accept: input.accept, p_key: key })
      : await decide<Answered>(config, "answer_call", {
        p_caller: caller.userId,
        p_call_id: input.call_id,
        p_accept: input.accept,
        p_device_id: input.device_id,
        p_key: key,
      });
    sendInBackground(config, pushes);
    await deliverAll(config, deliveries ?? []);
    if (!ticket) return { call };
    const livekit = await admit(config, ticket);
    if (!mine || !ends_at) return { call, livekit };
    return { call, livekit, call_ticket: await signTicket(config, { ...mine, kind: "call" }, ends_at) };
  },
});
