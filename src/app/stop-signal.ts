/** Turns SIGTERM and SIGINT into an orderly stop; a second SIGINT ends the process at once. */
import process from 'node:process';
import { EXIT } from '../model/errors.ts';

/** Aborted at the first signal; `stopListening` puts things back. */
export const stopSignal = (): { readonly signal: AbortSignal; readonly stopListening: () => void } => {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  const terminate = (): void => controller.abort();
  process.on('SIGINT', stop);
  process.on('SIGTERM', terminate);
  const stopListening = (): void => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', terminate);
  };
  return { signal: controller.signal, stopListening };
};
