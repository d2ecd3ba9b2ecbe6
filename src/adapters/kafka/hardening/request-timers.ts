/** Keeps kafkajs from setting timers of negative length, of which Node.js 24 warns. */

interface RequestQueue {
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly pending: readonly unknown[];
  checkPendingRequests(): void;
}

interface RequestQueueClass {
  readonly prototype: { scheduleCheckPendingRequests?: (this: RequestQueue) => void };
}

/** How often waiting requests are looked at while nothing says when they may go; kafkajs's own number. */
const CHECK_MS = 10;

const delayOf = ({ throttledUntil, pending }: RequestQueue): number => {
  const left = throttledUntil - Date.now();
  if (left > 0) return left;
  return pending.length > 0 ? CHECK_MS : 0;
};

/** Replaces the one method of kafkajs's request queue that sets the timer. */
export const clampTimers = (RequestQueue: unknown): void => {
  const { prototype } = RequestQueue as RequestQueueClass;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    this.throttleCheckTimeoutId ??= setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, delayOf(this));
  };
};
