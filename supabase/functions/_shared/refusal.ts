// The one way to say no: a code of the HTTP contract, thrown from anywhere, answered by `serve`.

import { type ErrorCode, errorCodes } from "./generated/errors.ts";

export type Details = Record<string, unknown>;

export class Refusal extends Error {
  constructor(readonly code: ErrorCode, message: string, readonly details: Details = {}) {
    super(message);
  }

  get status(): number {
    return errorCodes[this.code].status;
  }

  /** `{ error: { code, message, retryable, retry_after_ms?, details? } }`, the error shape of every function. */
  toJSON() {
    const { retry_after_ms, ...details } = this.details;
    return {
      error: {
        code: this.code,
        message: this.message,
        retryable: errorCodes[this.code].retryable,
        ...(retry_after_ms === undefined ? {} : { retry_after_ms }),
        ...(Object.keys(details).length > 0 ? { details } : {}),
      },
    };
  }
}

export function isErrorCode(name: unknown): name is ErrorCode {
  return typeof name === "string" && Object.hasOwn(errorCodes, name);
}

/** A field of the request that is missing, unknown, of the wrong type or out of bounds. */
export function invalid(field: string, message: string): Refusal {
  return new Refusal("invalid_argument", message, { field });
}
