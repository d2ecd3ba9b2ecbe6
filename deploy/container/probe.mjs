// Health check of the container: 0 when the worker of this container answers 200, else 1. The path may be given.
const path = process.argv[2] ?? '/healthz';
const port = process.env['OBORO__METRICS__PORT'] || '9464';
try {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(4_000) });
  process.exitCode = answer.status === 200 ? 0 : 1;
} catch {
  process.exitCode = 1;
}
