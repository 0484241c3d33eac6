// What the gateway tells, and how it is asked.

export interface Latency { count: number; p50?: number; p95?: number; p99?: number }

export interface Totals {
  requests: number; calls: number; failed: number; refused: number;
  input_tokens: number; cached_tokens: number; output_tokens: number; saved_tokens: number; cost?: number;
}

export interface NodeState {
  id: string; state: string; uri: string; weight: number; inFlight: number; limit?: number;
  slowness: number; successRate: number; inStateSeconds: number; latencyMs?: number;
  lastFailure?: string; breaker?: string; told?: Record<string, number>;
}

export interface Brief {
  at: number; totals: Totals; latency_ms: Latency; first_token_ms: Latency;
  cache: { results: Record<string, number> };
}

export interface Account {
  done?: number; issued?: number; failed: number; used: number; wasted: number; lastFailure?: string;
}

export interface Pulse extends Brief {
  waiting: number;
  nodes: NodeState[];
  cache: {
    results: Record<string, number>; bytes: number; max_bytes: number; answers: number;
    hottest: { key: string; target: string; asked: number; hits: number }[];
  };
  prefetch: { endpoints: Record<string, Account>; schedules?: Record<string, string>; foresight?: Account & { late: number; withheld: number }; hottest?: Record<string, number> };
  compression: { route: string; rule: string; tokens: number }[];
  meters: { name: string; unit: string | null; what: string | null; tags: Record<string, string>; value: number }[];
}

export interface CallLine {
  at: number; id: string; method: string; path: string; model: string; status: number; outcome: string;
  cache: string; node: string; total_ms: number; first_ms: number; prompt_original?: number;
  prompt_sent?: number; input_tokens?: number; cached_tokens?: number; output_tokens?: number;
}

export interface Score {
  node: string; eligible: boolean; cost?: number; in_flight: number; slowness: number;
  success_rate: number; weight: number;
}

export interface Decision {
  stage: string; verdict: string; why: string; at_ms: number;
  facts: Record<string, unknown> & { scores?: Score[]; saved?: Record<string, number>; before?: string; after?: string };
}

export interface Call extends CallLine {
  who: string; cache_status: string; attempts: number; bytes: number; decisions: Decision[];
  timing: { name: string; from: number; to: number }[];
}

export interface Session { sees: boolean; admin: boolean; login_possible: boolean; who?: string; csrf?: string }

export interface Change { name: string; before?: string | null; after?: string | null }

export interface Reloaded { outcome: string; at: string; complaint?: string; changes: Change[]; afterRestart: Change[] }

export interface Settings {
  loaded: { name: string; value: string; from: string }[];
  files: { file: string; changes?: Change[] }[];
  complaint?: string;
  reload: Reloaded;
  reloads: Reloaded[];
}

export interface Preview {
  original: number; sent: number; saved: Record<string, number>; before: string[]; messages: { text: string }[];
}

let csrf = '';

export function remember(session: Session): void {
  csrf = session.csrf ?? '';
}

async function told(response: Response): Promise<never> {
  let why = `${response.status}`;
  try {
    const body = (await response.json()) as { error?: unknown };
    why = typeof body.error === 'string' ? body.error : JSON.stringify(body.error);
  } catch {
    // No reason given.
  }
  throw new Error(why);
}

export async function get<T>(path: string): Promise<T> {
  const response = await fetch(`api/${path}`);
  return response.ok ? ((await response.json()) as T) : told(response);
}

export async function send(path: string, body: unknown): Promise<Response> {
  const response = await fetch(`api/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'x-tokenlane-csrf': csrf },
    body: JSON.stringify(body),
  });
  return response.ok ? response : told(response);
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await send(path, body);
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}
